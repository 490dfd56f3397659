from user_core.log.definition import gather

TEXTS = {
    "arm/msg/Move": "# moves\nstd_msgs/Header header\nStep[] steps # many\nuint8 FAST=1\nfloat32[3] axis\n",
    "arm/msg/Step": "geometry_msgs/Pose[<=4] poses\nstd_msgs/Header header\n",
    "std_msgs/msg/Header": "builtin_interfaces/Time stamp\n",
    "builtin_interfaces/msg/Time": "int32 sec\n",
    "geometry_msgs/msg/Pose": "float64 x\n",
}


def test_every_type_in_use_follows_once_under_its_name():
    definition = gather("arm/msg/Move", text_of=TEXTS.__getitem__, type_hash="RIHS01_1")
    parts = definition.text.split("=" * 80 + "\n")
    assert parts[0].startswith("# moves\nstd_msgs/Header header")
    names = [part.splitlines()[0] for part in parts[1:]]
    assert sorted(names) == [
        "MSG: arm/Step",
        "MSG: builtin_interfaces/Time",
        "MSG: geometry_msgs/Pose",
        "MSG: std_msgs/Header",
    ]
    assert definition.type_hash == "RIHS01_1"
