"""Messages to plain Python and back.

Field names of the dataclasses equal those of the messages, so one pair of functions serves all of them; the only
exceptions are the header (stamp_ns, frame_id), (H, A) actions, and images. Arrays cross as `array.array`, which rclpy
converts a thousand times faster than lists.
"""

from __future__ import annotations

import array
import dataclasses
import typing
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache, partial
from operator import attrgetter
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from user_core.errors import InvalidRecordError
from user_core.ros.messages import message_class
from user_core.transforms import Pose
from user_core.types import ActionChunk, ImageArray

DataT = TypeVar("DataT")
_BULK = {np.dtype(np.uint8): "B", np.dtype(np.float32): "f"}
NANOSECONDS = 1_000_000_000
_Convert = Callable[[Any], Any]
_Take = Callable[[Any], Any]
_Put = Callable[[Any, Any], None]


def to_message(value: Any, type_name: str, *, converted: Mapping[str, Any] | None = None) -> Any:
    """Convert a dataclass of `user_core.types` to the message `type_name`.

    Args:
        value: The dataclass.
        type_name: `package/msg/Name`.
        converted: Fields whose messages are at hand already, such as an observation that was published before.
    """
    make, puts = _outward_plan(type(value), type_name)  # type: ignore[arg-type]  # mypy takes no class for Hashable
    message = make()
    for name, put in puts:
        if converted is not None and name in converted:
            setattr(message, name, converted[name])
        else:
            put(message, getattr(value, name))
    return message


def from_message(message: Any, data_type: type[DataT]) -> DataT:
    """Convert a message to a dataclass of `user_core.types`.

    Raises:
        InvalidRecordError: When a value does not fit its field (an unknown enum value, an image of another encoding).
    """
    takes = _inward_plan(data_type, type(message))  # type: ignore[arg-type]
    return data_type(**{name: take(message) for name, take in takes})


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


@cache
def _outward_plan(data_type: type[Any], type_name: str) -> tuple[type[Any], tuple[tuple[str, _Put], ...]]:
    """Return the message's class, and how each field is put into a message: looked up once, not for each message."""
    message_type = message_class(type_name)
    ros_types: dict[str, str] = message_type.get_fields_and_field_types()
    puts: list[tuple[str, _Put]] = []
    for name, kind in _fields(data_type):  # type: ignore[arg-type]
        if name == "stamp_ns":
            puts.append((name, _put_header_stamp if "header" in ros_types else _put_stamp))
        elif name == "frame_id" and "header" in ros_types:
            puts.append((name, _put_frame_id))
        elif name == "values" and data_type is ActionChunk:
            puts.append((name, _put_action_values))
        else:
            puts.append((name, _put(name, _outward(kind, ros_types[name]))))
    return message_type, tuple(puts)


@cache
def _inward_plan(data_type: type[Any], message_type: type[Any]) -> tuple[tuple[str, _Take], ...]:
    """Return how each field is taken out of a message."""
    ros_types: dict[str, str] = message_type.get_fields_and_field_types()
    takes: list[tuple[str, _Take]] = []
    for name, kind in _fields(data_type):  # type: ignore[arg-type]
        if name == "stamp_ns":
            stamp = attrgetter("header.stamp" if "header" in ros_types else "stamp")
            takes.append((name, _take(stamp, ns_from_stamp)))
        elif name == "frame_id" and "header" in ros_types:
            takes.append((name, attrgetter("header.frame_id")))
        elif name == "values" and data_type is ActionChunk:
            takes.append((name, _action_values))
        else:
            takes.append((name, _take(attrgetter(name), _inward(kind, name))))
    return tuple(takes)


def _outward(kind: Any, ros_type: str) -> _Convert | None:
    """Return what turns a value of a type into that of a message's field; None = nothing need be done."""
    if kind is Pose:
        return pose_to_message
    if typing.get_origin(kind) is tuple:
        element_type = typing.get_args(kind)[0]
        if element_type == ImageArray:
            return _each(image_to_message)
        return _each(_outward(element_type, ros_type.removeprefix("sequence<").removesuffix(">")))
    if typing.get_origin(kind) is np.ndarray:
        return bulk
    if isinstance(kind, type) and issubclass(kind, Enum):
        return attrgetter("value")
    if dataclasses.is_dataclass(kind):
        package, name = ros_type.split("/")
        return partial(to_message, type_name=f"{package}/msg/{name}")
    return None


def _inward(kind: Any, name: str) -> _Convert | None:
    """Return the inverse of `_outward`."""
    if kind is Pose:
        return pose_from_message
    if typing.get_origin(kind) is tuple:
        element_type = typing.get_args(kind)[0]
        convert = image_from_message if element_type == ImageArray else _inward(element_type, name)
        return tuple if convert is None else lambda items: tuple(convert(item) for item in items)
    if typing.get_origin(kind) is np.ndarray:
        return lambda item: np.frombuffer(item, np.dtype(item.typecode))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return partial(_member, kind, name)
    if dataclasses.is_dataclass(kind):
        return partial(from_message, data_type=typing.cast("type[Any]", kind))
    return None


def _each(convert: _Convert | None) -> _Convert:
    return list if convert is None else lambda items: [convert(item) for item in items]


def _put(name: str, convert: _Convert | None) -> _Put:
    if convert is None:
        return lambda message, item: setattr(message, name, item)
    return lambda message, item: setattr(message, name, convert(item))


def _take(get: _Take, convert: _Convert | None) -> _Take:
    return get if convert is None else lambda message: convert(get(message))


def _put_header_stamp(message: Any, stamp_ns: int) -> None:
    message.header.stamp = stamp_from_ns(stamp_ns)


def _put_stamp(message: Any, stamp_ns: int) -> None:
    message.stamp = stamp_from_ns(stamp_ns)


def _put_frame_id(message: Any, frame_id: str) -> None:
    message.header.frame_id = frame_id


def _put_action_values(message: Any, values: NDArray[np.float32]) -> None:
    message.horizon, message.action_dim = values.shape if values.size else (0, 0)
    message.values = bulk(values)


def _member(kind: type[Enum], name: str, item: Any) -> Enum:
    try:
        return kind(item)
    except ValueError as error:
        raise InvalidRecordError(
            what=f"the field {name}", value=repr(item), allowed=", ".join(str(member.value) for member in kind)
        ) from error


def _action_values(message: Any) -> NDArray[np.float32]:
    flat = np.frombuffer(message.values, np.float32)
    if flat.size != message.horizon * message.action_dim:
        raise InvalidRecordError(
            what="the number of action values", value=flat.size, allowed=f"{message.horizon} x {message.action_dim}"
        )
    return flat.reshape(message.horizon, message.action_dim) if flat.size else np.zeros((0, 0), np.float32)
