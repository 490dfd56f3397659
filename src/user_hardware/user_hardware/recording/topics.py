"""Which topics are recorded: all that the environment hears and says, so that its transitions can be made again."""

from __future__ import annotations

from dataclasses import dataclass

from user_hardware.cameras.realsense import IMAGE_TYPE
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.environment.sensors import TASK_STATE_TYPE
from user_hardware.grippers.crisp import COMMAND_TYPE
from user_hardware.grippers.finger_state import JOINT_STATE_TYPE
from user_hardware.grippers.registry import NO_GRIPPER
from user_hardware.robots.crisp import POSE_TYPE, TWIST_TYPE, WRENCH_TYPE
from user_hardware.teleop.joy import JOY_TYPE
from user_hardware.teleop.twist_and_joy import TWIST_TYPE as TELEOP_TWIST_TYPE

CAMERA_INFO_TYPE = "sensor_msgs/msg/CameraInfo"
CONFIGURATION = "environment/configuration"
SPEC = "environment/spec"
STATUS = "environment/status"
STEP = "environment/step"
EPISODE = "environment/episode"
LABEL = "/replay/label"


@dataclass(frozen=True, kw_only=True)
class RecordedTopic:
    """A topic to record.

    Attributes:
        name: Relative to the arm's namespace, or absolute.
        type_name: package/msg/Name.
        latched: Its publisher keeps the last message for late joiners.
        reliable: Its publisher is one of ours, and what it says must not be lost; drivers may be best effort.
    """

    name: str
    type_name: str
    latched: bool = False
    reliable: bool = False


def recorded_topics(config: EnvironmentConfig, *, besides: tuple[str, ...]) -> tuple[RecordedTopic, ...]:
    """Return the topics of one arm, each once.

    Args:
        config: Of its environment.
        besides: Further ones, as NAME TYPE.
    """
    topics, teleop = config.topics, config.teleop
    drivers = {
        topics.current_pose: POSE_TYPE,
        topics.current_twist: TWIST_TYPE,
        topics.wrench: WRENCH_TYPE,
        topics.target_pose: POSE_TYPE,
        topics.task_state: TASK_STATE_TYPE,
        teleop.twist_topic: TELEOP_TWIST_TYPE,
        teleop.joy_topic: JOY_TYPE,
        teleop.gamepad.topic: JOY_TYPE,
        teleop.keyboard.twist_topic: TELEOP_TWIST_TYPE,
        teleop.keyboard.joy_topic: JOY_TYPE,
    }
    if config.gripper.driver != NO_GRIPPER:
        drivers |= {config.gripper.state_topic: JOINT_STATE_TYPE, config.gripper.command_topic: COMMAND_TYPE}
    for camera in config.cameras.names:
        image = config.cameras.topic.format(camera=camera)
        drivers |= {image: IMAGE_TYPE, camera_info(image): CAMERA_INFO_TYPE}
    drivers |= dict((entry.split()[0], entry.split()[1]) for entry in besides)
    ours = (
        RecordedTopic(name=CONFIGURATION, type_name="std_msgs/msg/String", latched=True, reliable=True),
        RecordedTopic(name=SPEC, type_name="user_interfaces/msg/EnvironmentSpec", latched=True, reliable=True),
        RecordedTopic(name=STATUS, type_name="user_interfaces/msg/EnvironmentStatus", latched=True, reliable=True),
        RecordedTopic(name=STEP, type_name="user_interfaces/msg/StepTrace", reliable=True),
        RecordedTopic(name=EPISODE, type_name="user_interfaces/msg/EpisodeSummary", latched=True, reliable=True),
        RecordedTopic(name=LABEL, type_name="user_interfaces/msg/EpisodeLabel", latched=True, reliable=True),
        RecordedTopic(name=topics.task_target, type_name=POSE_TYPE, latched=True, reliable=True),
    )
    named = {topic.name for topic in ours}
    others = (RecordedTopic(name=name, type_name=kind) for name, kind in drivers.items() if name not in named)
    return (*ours, *others)


def camera_info(image_topic: str) -> str:
    """Return where a driver publishes the calibration of an image topic: beside it, as image_transport has it."""
    place = image_topic.rpartition("/")[0]
    return f"{place}/camera_info" if place else "camera_info"
