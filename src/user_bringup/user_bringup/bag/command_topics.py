"""Which topics of a bag an arm takes orders from: by the names that the bag announces, by those shipped, or by type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from user_core.configuration import flatten
from user_core.errors import ConfigurationError, InvalidRecordError
from user_core.log.recorded_message import RecordedMessage
from user_core.ros.params_files import params_in
from user_core.ros.raw import decode_message
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.grippers.crisp import COMMAND_TYPE
from user_hardware.recording.topics import CONFIGURATION
from user_hardware.robots.crisp import POSE_TYPE
from user_hardware.teleop.joy import JOY_TYPE
from user_hardware.teleop.twist_and_joy import TWIST_TYPE

COMMAND_KEYS = (
    *("topics.target_pose", "gripper.command_topic", "teleop.twist_topic", "teleop.joy_topic"),
    *("teleop.gamepad.topic", "teleop.keyboard.twist_topic", "teleop.keyboard.joy_topic"),
)
"""Parameters of the environment that name what moves an arm, a person's devices included."""
_SHIPPED: Mapping[str, Any] = flatten(EnvironmentConfig())
_OTHERS = {"target_joint", "arm_cmd", "policy/action"}
_TYPES = (POSE_TYPE, COMMAND_TYPE, TWIST_TYPE, JOY_TYPE)
_TELLING = ("current_pose", "commanded_pose", "task/target_pose")
_TEXT_TYPE = "std_msgs/msg/String"


class CommandTopics:
    """Knows the names that the environments of a bag announce.

    Names count in every namespace, shipped ones also where others are announced. Outside the namespaces of announced
    environments nothing tells commands from measurements, and every topic of a type that commands have counts as one.
    """

    def __init__(self) -> None:
        self._names = {str(_SHIPPED[key]) for key in COMMAND_KEYS} | _OTHERS
        self._arms: set[str] = set()

    def listen(self, message: RecordedMessage) -> None:
        """Take what a message of the bag announces; one that cannot be read announces nothing."""
        arm, found, _ = message.topic.name.rpartition(f"/{CONFIGURATION}")
        if not found or message.topic.definition.type_name != _TEXT_TYPE:
            return
        try:
            text = decode_message(_TEXT_TYPE, message.payload).data
            values = params_in(text, node_name=f"{arm}/environment_node")
        except (InvalidRecordError, yaml.YAMLError, ConfigurationError):
            return
        self._arms.add(arm)
        self._names |= {str(values[key]).lstrip("/") for key in COMMAND_KEYS if values.get(key)}

    def moving(self, name: str, *, type_name: str = "") -> str:
        """Return why a message under this name can move an arm, or "".

        Args:
            name: Of a topic.
            type_name: Of its messages; "" where it is known what they are.
        """
        name = f"/{name.lstrip('/')}"
        tells = _ends_with(name, _TELLING)
        if _ends_with(name, self._names) and not tells:
            return "it can move an arm"
        if type_name in _TYPES and not tells and not any(name.startswith(f"{arm}/") for arm in self._arms):
            return f"{type_name} can move an arm and the bag does not say what this one is"
        return ""


def _ends_with(name: str, endings: Iterable[str]) -> bool:
    return name.endswith(tuple(f"/{ending}" for ending in endings))
