"""Messages to plain Python and back.

Field names of the dataclasses equal those of the messages, so one pair of functions serves all of them; the only
exceptions are the header (stamp_ns, frame_id), (H, A) actions, and images. Arrays cross as `array.array`, which rclpy
converts a thousand times faster than lists.
"""

from __future__ import annotations

import array
import dataclasses
import typing
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from user_core.errors import InvalidRecordError
from user_core.ros.messages import message_class
from user_core.spec import CameraSpec, EnvironmentSpec, StateGroup
from user_core.transforms import Pose
from user_core.types import ActionChunk, ImageArray

DataT = TypeVar("DataT")
_BULK = {np.dtype(np.uint8): "B", np.dtype(np.float32): "f"}
NANOSECONDS = 1_000_000_000


def to_message(value: Any, type_name: str, *, converted: Mapping[str, Any] | None = None) -> Any:
    """Convert a dataclass of `user_core.types` to the message `type_name`.

    Args:
        value: The dataclass.
        type_name: `package/msg/Name`.
        converted: Fields whose messages are at hand already, such as an observation that was published before.
    """
    message = message_class(type_name)()
    own_fields = message.get_fields_and_field_types()
    at_hand = converted or {}
    for name, _ in _fields(type(value)):  # type: ignore[arg-type]  # mypy takes no class for Hashable
        item = getattr(value, name)
        if name in at_hand:
            setattr(message, name, at_hand[name])
        elif name == "stamp_ns" and "header" in own_fields:
            message.header.stamp = stamp_from_ns(item)
        elif name == "frame_id" and "header" in own_fields:
            message.header.frame_id = item
        elif name == "stamp_ns":
            message.stamp = stamp_from_ns(item)
        elif name == "images":
            message.images = [image_to_message(image) for image in item]
        elif name == "values" and isinstance(value, ActionChunk):
            message.horizon, message.action_dim = item.shape if item.size else (0, 0)
            message.values = bulk(item)
        else:
            setattr(message, name, _outward(item, own_fields[name]))
    return message


def from_message(message: Any, data_type: type[DataT]) -> DataT:
    """Convert a message to a dataclass of `user_core.types`.

    Raises:
        InvalidRecordError: When a value does not fit its field (an unknown enum value, an image of another encoding).
    """
    arguments: dict[str, Any] = {}
    own_fields = message.get_fields_and_field_types()
    for name, kind in _fields(data_type):  # type: ignore[arg-type]
        if name == "stamp_ns":
            arguments[name] = ns_from_stamp(message.header.stamp if "header" in own_fields else message.stamp)
        elif name == "frame_id" and "header" in own_fields:
            arguments[name] = message.header.frame_id
        elif name == "images":
            arguments[name] = tuple(image_from_message(image) for image in message.images)
        elif name == "values" and data_type is ActionChunk:
            arguments[name] = _action_values(message)
        else:
            arguments[name] = _inward(getattr(message, name), kind, name)
    return data_type(**arguments)


def spec_to_message(spec: EnvironmentSpec, *, run: str, source: str, source_sequence: int) -> Any:
    """Convert a spec to EnvironmentSpec.msg, with the identity of its record."""
    message = message_class("user_interfaces/msg/EnvironmentSpec")()
    message.run, message.source, message.source_sequence = run, source, source_sequence
    for name in ("robot", "task", "instruction", "reference", "leash_m", "leash_rad", "control_rate_hz"):
        setattr(message, name, getattr(spec, name))
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


def pose_to_message(pose: Pose) -> Any:
    """Convert a pose (metres, xyzw)."""
    message = message_class("geometry_msgs/msg/Pose")()
    message.position.x, message.position.y, message.position.z = map(float, pose.position)
    q = message.orientation
    q.x, q.y, q.z, q.w = map(float, pose.quaternion)
    return message


def pose_from_message(message: Any) -> Pose:
    """Convert a pose; numbers are taken as they are, so that a check sees what came."""
    p, q = message.position, message.orientation
    return Pose(position=np.array([p.x, p.y, p.z]), quaternion=np.array([q.x, q.y, q.z, q.w]))


def image_to_message(image: ImageArray, *, stamp_ns: int = 0, frame_id: str = "") -> Any:
    """Convert (H, W, 3) uint8 RGB to an rgb8 sensor_msgs/Image."""
    message = message_class("sensor_msgs/msg/Image")()
    message.header.stamp = stamp_from_ns(stamp_ns)
    message.header.frame_id = frame_id
    message.height, message.width = image.shape[:2]
    message.encoding = "rgb8"
    message.step = image.shape[1] * 3
    message.data = bulk(image)
    return message


def image_from_message(message: Any) -> ImageArray:
    """Convert an rgb8 or bgr8 image to (H, W, 3) uint8 RGB without a copy where possible."""
    if message.encoding not in ("rgb8", "bgr8"):
        raise InvalidRecordError(what="an image's encoding", value=message.encoding, allowed="rgb8 or bgr8")
    flat = np.frombuffer(message.data, np.uint8)
    if flat.size != message.height * message.step or message.step < message.width * 3:
        raise InvalidRecordError(
            what="an image's size in bytes", value=flat.size, allowed=f"{message.height} rows of {message.step}"
        )
    rows = flat.reshape(message.height, message.step)[:, : message.width * 3]
    image = rows.reshape(message.height, message.width, 3)
    return image if message.encoding == "rgb8" else image[:, :, ::-1]


def stamp_from_ns(stamp_ns: int) -> Any:
    """Convert nanoseconds to a ROS stamp."""
    message = message_class("builtin_interfaces/msg/Time")()
    message.sec, message.nanosec = divmod(stamp_ns, NANOSECONDS)
    return message


def ns_from_stamp(stamp: Any) -> int:
    """Convert a ROS stamp to nanoseconds."""
    return int(stamp.sec * NANOSECONDS + stamp.nanosec)


def bulk(values: NDArray[Any]) -> array.array[Any]:
    """Return the flat content as `array.array`, the form that rclpy takes without a loop."""
    result = array.array(_BULK[values.dtype])
    result.frombytes(np.ascontiguousarray(values).tobytes())
    return result


@cache
def _fields(data_type: type[Any]) -> tuple[tuple[str, Any], ...]:
    hints = typing.get_type_hints(data_type)
    return tuple((item.name, hints[item.name]) for item in dataclasses.fields(data_type))


def _outward(item: Any, ros_type: str) -> Any:
    if isinstance(item, Pose):
        return pose_to_message(item)
    if isinstance(item, np.ndarray):
        return bulk(item)
    if isinstance(item, Enum):
        return item.value
    if isinstance(item, tuple):
        inner = ros_type.removeprefix("sequence<").removesuffix(">")
        return [_outward(element, inner) for element in item]
    if dataclasses.is_dataclass(item):
        package, name = ros_type.split("/")
        return to_message(item, f"{package}/msg/{name}")
    return item


def _inward(item: Any, kind: Any, name: str) -> Any:
    if kind is Pose:
        return pose_from_message(item)
    if typing.get_origin(kind) is tuple:
        inner = typing.get_args(kind)[0]
        return tuple(_inward(element, inner, name) for element in item)
    if isinstance(item, array.array):
        return np.frombuffer(item, np.dtype(item.typecode))
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(item)
        except ValueError as error:
            raise InvalidRecordError(
                what=f"the field {name}", value=repr(item), allowed=", ".join(str(member.value) for member in kind)
            ) from error
    if dataclasses.is_dataclass(kind):
        return from_message(item, typing.cast("type[Any]", kind))
    return item


def _action_values(message: Any) -> NDArray[np.float32]:
    flat = np.frombuffer(message.values, np.float32)
    if flat.size != message.horizon * message.action_dim:
        raise InvalidRecordError(
            what="the number of action values", value=flat.size, allowed=f"{message.horizon} x {message.action_dim}"
        )
    return flat.reshape(message.horizon, message.action_dim) if flat.size else np.zeros((0, 0), np.float32)


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
