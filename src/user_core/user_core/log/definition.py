"""The definition of a message type as a bag carries it, so that a bag can be read without our packages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from user_core.log.kinds import RecordKind

_SEPARATOR = "=" * 80


@dataclass(frozen=True, kw_only=True)
class MessageDefinition:
    """A ROS type in the form of an mcap schema.

    Attributes:
        type_name: package/msg/Name.
        text: The .msg text followed by those of all types it uses (schema encoding `ros2msg`).
        type_hash: RIHS01 hash of the type as ROS 2 prints it; "" = unknown.
    """

    type_name: str
    text: str
    type_hash: str = ""


Definitions = Mapping[RecordKind, MessageDefinition]


def gather(type_name: str, *, text_of: Callable[[str], str], type_hash: str = "") -> MessageDefinition:
    """Build the definition of a type from the .msg texts of itself and of every type it uses, each once.

    Args:
        type_name: package/msg/Name.
        text_of: Returns the .msg text of a type by its full name.
        type_hash: RIHS01 hash of the type.
    """
    texts: dict[str, str] = {}
    waiting = [type_name]
    while waiting:
        name = waiting.pop(0)
        if name not in texts:
            texts[name] = text_of(name)
            waiting.extend(_types_used(texts[name], package=name.split("/")[0]))
    parts = [texts.pop(type_name)]
    for name, text in texts.items():
        package, _, short_name = name.split("/")
        parts.append(f"{_SEPARATOR}\nMSG: {package}/{short_name}\n{text}")
    return MessageDefinition(
        type_name=type_name, text="\n".join(part.rstrip() for part in parts) + "\n", type_hash=type_hash
    )


def _types_used(text: str, *, package: str) -> list[str]:
    """Return the full names of the message types of a .msg text's fields."""
    names = []
    for line in text.splitlines():
        words = line.split("#", 1)[0].split()
        if len(words) < 2:
            continue
        field_type = words[0].split("[", 1)[0].split("<", 1)[0]
        if "/" in field_type:
            owner, short_name = field_type.split("/")[0], field_type.split("/")[-1]
            names.append(f"{owner}/msg/{short_name}")
        elif field_type[0].isupper():
            names.append(f"{package}/msg/{field_type}")
    return names
