"""What moves an arm is known from what the bag announces, and where it announces nothing from the type."""

from __future__ import annotations

import pytest
from rclpy.serialization import serialize_message
from std_msgs.msg import String

from user_bringup.bag.command_topics import COMMAND_KEYS, CommandTopics
from user_core.configuration import build, flatten
from user_core.log.definition import MessageDefinition
from user_core.log.recorded_message import RecordedMessage, RecordedTopic
from user_core.ros.params_files import params_text
from user_hardware.environment.config import EnvironmentConfig

POSE, TWIST, JOY = "geometry_msgs/msg/PoseStamped", "geometry_msgs/msg/Twist", "sensor_msgs/msg/Joy"
RENAMED = {
    "topics.target_pose": "cartesian_target",
    "gripper.command_topic": "/gripper/command",
    "teleop.twist_topic": "mouse/motion",
    "teleop.gamepad.topic": "pad",
}


def announced(text: str, *, arm: str = "arm_0") -> CommandTopics:
    definition = MessageDefinition(type_name="std_msgs/msg/String", text="")
    topic = RecordedTopic(name=f"/{arm}/environment/configuration", definition=definition)
    known = CommandTopics()
    known.listen(RecordedMessage(topic=topic, stamp_ns=1, payload=bytes(serialize_message(String(data=text)))))
    return known


def renamed() -> CommandTopics:
    config = build(EnvironmentConfig, RENAMED, where="a test")
    return announced(params_text(config, node="environment_node"))


@pytest.mark.parametrize("name", ["/arm_0/cartesian_target", "/gripper/command", "/arm_0/mouse/motion", "/arm_0/pad"])
def test_the_names_that_the_bag_announces_can_move_an_arm(name: str) -> None:
    assert renamed().moving(name) == "it can move an arm"
    assert not CommandTopics().moving(name)


def test_an_announced_name_counts_for_another_arm_and_a_shipped_one_beside_it() -> None:
    assert renamed().moving("/arm_1/cartesian_target") and renamed().moving("/arm_0/target_pose")


def test_an_announced_arm_says_of_its_other_topics_that_they_only_tell() -> None:
    assert not renamed().moving("/arm_0/tool_tracker", type_name=POSE)
    assert "the bag does not say" in renamed().moving("/tool_tracker", type_name=POSE)


@pytest.mark.parametrize(
    ("name", "type_name", "moves"),
    [
        ("/arm_0/cartesian_target", POSE, True),
        ("/gripper/command", "std_msgs/msg/Float64MultiArray", True),
        ("/arm_0/teleop/twist", TWIST, True),
        ("/pad", JOY, True),
        ("/arm_0/current_pose", POSE, False),
        ("/arm_0/task/target_pose", POSE, False),
        ("/arm_0/current_twist", "geometry_msgs/msg/TwistStamped", False),
        ("/joint_states", "sensor_msgs/msg/JointState", False),
    ],
)
def test_in_a_bag_that_announces_nothing_the_type_counts(name: str, type_name: str, moves: bool) -> None:
    assert bool(CommandTopics().moving(name, type_name=type_name)) is moves


@pytest.mark.parametrize("text", ["a: [1,", "- a list", "/**/environment_node: 3"])
def test_a_configuration_that_cannot_be_read_announces_nothing(text: str) -> None:
    assert announced(text).moving("/arm_0/cartesian_target", type_name=POSE)


def test_every_topic_that_can_be_renamed_is_a_command_or_known_to_tell() -> None:
    tells = {"topics.current_pose", "topics.current_twist", "topics.wrench", "gripper.state_topic", "cameras.topic"}
    tells |= {"topics.task_target", "topics.task_state", "topics.reward_estimate", "topics.base_frame"}
    names = {key for key in flatten(EnvironmentConfig()) if "topic" in key}
    assert names == tells | set(COMMAND_KEYS)
