"""A transition's observation as the drivers' topics that it was made from, for rviz2, rqt_image_view and nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from geometry_msgs.msg import PoseStamped, TwistStamped, WrenchStamped
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image

from user_core.log.kinds import RecordKind
from user_core.ros import qos
from user_core.ros.conversions import pose_to_message
from user_core.ros.records import decode_message
from user_core.ros.spec_conversion import spec_from_message
from user_core.spec import EnvironmentSpec
from user_core.transforms import add_delta
from user_core.types import StepType
from user_hardware.environment.streams_config import CamerasConfig, TopicsConfig
from user_interfaces.msg import EnvironmentSpec as SpecMessage
from user_interfaces.msg import Observation

COMMANDED_POSE = "commanded_pose"
"""Not `target_pose`, from which a controller takes orders."""

_MakeMessage = Callable[[Any, EnvironmentSpec], Any]


class TransitionExpansion:
    """Knows the specs of a log, and the topics and messages that its transitions come to."""

    def __init__(self) -> None:
        self._specs: dict[str, EnvironmentSpec] = {}

    def add_spec(self, payload: bytes) -> None:
        """Take the CDR bytes of a spec, which must come before its transitions."""
        spec = spec_from_message(decode_message(RecordKind.SPEC, payload))
        self._specs[spec.digest] = spec

    def topics(self) -> Iterator[tuple[str, type[Any], QoSProfile]]:
        """Yield (topic, message type, quality of service) of everything that the known specs can come to."""
        for spec in self._specs.values():
            yield _spec_topic(spec.robot), SpecMessage, qos.LATCHED
            for topic, (kind, _) in _sources(spec).items():
                yield f"/{spec.robot}/{topic}", kind, qos.TRANSITIONS

    def messages(self, type_name: str, payload: bytes) -> Iterator[tuple[str, Any]]:
        """Yield (topic, message) of the CDR bytes of a record; nothing for one whose spec is unknown.

        Args:
            type_name: Of the record's message.
            payload: Its bytes.
        """
        if type_name == RecordKind.SPEC.type_name:
            yield _spec_topic(decode_message(RecordKind.SPEC, payload).robot), payload
        elif type_name == RecordKind.TRANSITION.type_name:
            yield from self._transition(payload)

    def _transition(self, payload: bytes) -> Iterator[tuple[str, Any]]:
        transition = decode_message(RecordKind.TRANSITION, payload)
        spec = self._specs.get(transition.observation.spec_digest)
        if spec is None:
            return
        for topic, (_, make) in _sources(spec).items():
            message = make(transition, spec)
            if message is not None:
                yield f"/{transition.robot}/{topic}", message


def _spec_topic(robot: str) -> str:
    return f"/{robot}/environment/spec"


def _sources(spec: EnvironmentSpec) -> dict[str, tuple[type[Any], _MakeMessage]]:
    """Return message type and maker by topic, relative to the robot's namespace."""
    names, groups = TopicsConfig(), spec.group_slices()
    found: dict[str, tuple[type[Any], _MakeMessage]] = {
        "environment/observation": (Observation, lambda transition, spec: transition.observation),
        COMMANDED_POSE: (PoseStamped, _commanded_pose),
    }
    if "tcp_pose" in groups:
        found[names.current_pose] = (PoseStamped, _current_pose)
    if "tcp_velocity" in groups:
        found[names.current_twist] = (TwistStamped, _current_twist)
    if {"tcp_force", "tcp_torque"} <= groups.keys():
        found[names.wrench] = (WrenchStamped, _wrench)
    for index, camera in enumerate(spec.cameras):
        found[CamerasConfig().topic.format(camera=camera.name)] = (Image, _image_maker(index, camera.name))
    return found


def _current_pose(transition: Any, spec: EnvironmentSpec) -> Any:
    delta = _group(transition, spec, "tcp_pose").astype(np.float64)
    return PoseStamped(
        header=transition.observation.header, pose=pose_to_message(add_delta(spec.nominal_target, delta))
    )


def _commanded_pose(transition: Any, spec: EnvironmentSpec) -> Any:
    if transition.step_type == int(StepType.LAST):
        return None
    return PoseStamped(header=transition.observation.header, pose=transition.commanded_pose)


def _current_twist(transition: Any, spec: EnvironmentSpec) -> Any:
    message = TwistStamped(header=transition.observation.header)
    values = _group(transition, spec, "tcp_velocity").tolist()
    _fill(message.twist.linear, values[:3])
    _fill(message.twist.angular, values[3:])
    return message


def _wrench(transition: Any, spec: EnvironmentSpec) -> Any:
    message = WrenchStamped(header=transition.observation.header)
    _fill(message.wrench.force, _group(transition, spec, "tcp_force").tolist())
    _fill(message.wrench.torque, _group(transition, spec, "tcp_torque").tolist())
    return message


def _image_maker(index: int, camera: str) -> _MakeMessage:
    def make(transition: Any, spec: EnvironmentSpec) -> Any:
        image = transition.observation.images[index]
        image.header.stamp = transition.observation.header.stamp
        image.header.frame_id = f"{camera}_camera_color_optical_frame"
        return image

    return make


def _group(transition: Any, spec: EnvironmentSpec, name: str) -> Any:
    return np.frombuffer(transition.observation.state, np.float32)[spec.group_slices()[name]]


def _fill(vector: Any, values: list[float]) -> None:
    vector.x, vector.y, vector.z = values
