"""Messages out of the bytes of a bag, by type name."""

from __future__ import annotations

from typing import Any

from rclpy.serialization import deserialize_message

from user_core.errors import InvalidRecordError
from user_core.ros.messages import message_class


def decode_message(type_name: str, payload: bytes) -> Any:
    """Return the message. Raises InvalidRecordError when the bytes are none of this type."""
    try:
        return deserialize_message(payload, message_class(type_name))
    except RuntimeError as error:  # rclpy's RMWError is one, which it does not export
        raise InvalidRecordError(
            what=f"a message of {type_name}", value=f"{len(payload)} undecodable bytes", allowed="its CDR bytes"
        ) from error


def has_header(type_name: str) -> bool:
    """Tell whether messages of a type begin with a std_msgs/Header, and so with a stamp."""
    fields = list(message_class(type_name).get_fields_and_field_types().items())
    return bool(fields) and fields[0] == ("header", "std_msgs/Header")
