import pytest

from user_core.configuration import build
from user_core.errors import ConfigurationError
from user_hardware.environment.assembly import stream_sources
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.recording.config import RecorderConfig
from user_hardware.recording.topics import camera_info, recorded_topics


def config(**values):
    return build(EnvironmentConfig, {key.replace("__", "."): value for key, value in values.items()}, where="the test")


def test_every_stream_of_the_environment_is_recorded_once_under_its_own_name():
    environment = config(topics__wrench="ft/wrench", cameras__names=["top"], cameras__topic="/cams/{camera}/image")
    topics = recorded_topics(environment, besides=("joint_states sensor_msgs/msg/JointState",))
    names = [topic.name for topic in topics]
    assert len(set(names)) == len(names)
    types = {topic.name: topic.type_name for topic in topics}
    for topic, type_name in stream_sources(environment).values():
        assert types[topic] == type_name
    assert {"/cams/top/camera_info", "joint_states", "target_pose", "spacenav/joy", "environment/step"} <= set(names)


def test_only_what_a_late_joiner_gets_is_latched():
    latched = {topic.name for topic in recorded_topics(config(), besides=()) if topic.latched}
    assert "task/target_pose" in latched and "environment/spec" in latched
    assert not {"current_pose", "environment/step"} & latched


def test_arm_without_gripper_and_cameras_records_neither():
    names = {topic.name for topic in recorded_topics(config(gripper__driver="none", cameras__names=[]), besides=())}
    assert not any("gripper" in name or "camera" in name for name in names)


def test_camera_info_is_beside_the_image():
    assert camera_info("wrist_camera/color/image_raw") == "wrist_camera/color/camera_info"
    assert camera_info("image") == "camera_info"


@pytest.mark.parametrize("entry", ["joint_states", "joint_states JointState"])
def test_entry_without_a_full_type_is_refused(entry):
    with pytest.raises(ConfigurationError, match="NAME PACKAGE/msg/TYPE"):
        build(RecorderConfig, {"record.topics": [entry]}, where="the test")
