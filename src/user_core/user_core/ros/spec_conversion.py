"""EnvironmentSpec.msg: what an environment promises, as a message and back."""

from __future__ import annotations

import array
from collections.abc import Iterable
from typing import Any

import numpy as np

from user_core.errors import InvalidRecordError
from user_core.ros.conversions import pose_from_message, pose_to_message
from user_core.ros.messages import message_class
from user_core.spec import CameraSpec, EnvironmentSpec, StateGroup


def spec_to_message(spec: EnvironmentSpec, *, run: str, source: str, source_sequence: int) -> Any:
    """Convert a spec to EnvironmentSpec.msg, with the identity of its record."""
    message = message_class("user_interfaces/msg/EnvironmentSpec")()
    message.run, message.source, message.source_sequence = run, source, source_sequence
    for name in ("robot", "task", "instruction", "gripper_mode", "reference", "leash_m", "leash_rad"):
        setattr(message, name, getattr(spec, name))
    message.control_rate_hz = spec.control_rate_hz
    message.max_episode_steps = spec.max_episode_steps
    message.action_names = list(spec.action_names)
    message.action_scale = array.array("f", spec.action_scale)
    message.nominal_target = pose_to_message(spec.nominal_target)
    message.state_groups = [_group_to_message(group) for group in spec.state_groups]
    message.cameras = [_camera_to_message(camera) for camera in spec.cameras]
    message.digest = spec.digest
    return message


def spec_from_message(message: Any) -> EnvironmentSpec:
    """Convert EnvironmentSpec.msg; raises InvalidRecordError when its digest is not that of its content."""
    spec = EnvironmentSpec(
        robot=message.robot,
        task=message.task,
        instruction=message.instruction,
        state_groups=tuple(
            StateGroup(name=g.name, element_names=tuple(g.element_names), low=tuple(g.low), high=tuple(g.high))
            for g in message.state_groups
        ),
        action_names=tuple(message.action_names),
        action_scale=tuple(message.action_scale),
        gripper_mode=message.gripper_mode,
        reference=message.reference,
        leash_m=message.leash_m,
        leash_rad=message.leash_rad,
        nominal_target=pose_from_message(message.nominal_target),
        cameras=tuple(
            CameraSpec(name=c.name, height=c.height, width=c.width, crop=_crop(c.crop)) for c in message.cameras
        ),
        control_rate_hz=message.control_rate_hz,
        max_episode_steps=message.max_episode_steps,
    )
    if spec.digest != message.digest:
        raise InvalidRecordError(
            what="the digest of an environment spec", value=message.digest[:12], allowed=spec.digest[:12]
        )
    return spec


def _group_to_message(group: StateGroup) -> Any:
    message = message_class("user_interfaces/msg/StateGroup")()
    message.name, message.element_names = group.name, list(group.element_names)
    message.low, message.high = array.array("f", group.low), array.array("f", group.high)
    return message


def _crop(values: Iterable[int]) -> tuple[int, int, int, int]:
    top, left, height, width = (int(value) for value in values)
    return top, left, height, width


def _camera_to_message(camera: CameraSpec) -> Any:
    message = message_class("user_interfaces/msg/CameraSpec")()
    message.name, message.height, message.width = camera.name, camera.height, camera.width
    message.crop = np.asarray(camera.crop, np.uint16)
    return message
