"""A topic of a bag: its number, name, type, and the quality of service with which it is played again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from user_core.log.definition import MessageDefinition
from user_core.log.kinds import RecordKind

_FOREVER = {"sec": 9223372036, "nsec": 854775807}


@dataclass(frozen=True, kw_only=True)
class BagTopic:
    """One topic.

    Attributes:
        number: From 0, below 256; of the log it is the kind of its records.
        name: With its namespace.
        definition: Its type.
        latched: A late joiner gets the last message (transient local), also when the bag is played.
    """

    number: int
    name: str
    definition: MessageDefinition
    latched: bool = False

    def qos_profiles(self) -> list[dict[str, Any]]:
        """Return what rosbag2 calls the offered profiles; empty = its own choice."""
        if not self.latched:
            return []
        return [
            {
                "history": "keep_last",
                "depth": 1,
                "reliability": "reliable",
                "durability": "transient_local",
                "deadline": dict(_FOREVER),
                "lifespan": dict(_FOREVER),
                "liveliness": "automatic",
                "liveliness_lease_duration": dict(_FOREVER),
                "avoid_ros_namespace_conventions": False,
            }
        ]


def log_topics(definitions: Mapping[RecordKind, MessageDefinition]) -> tuple[BagTopic, ...]:
    """Return the topics of the transition log."""
    return tuple(
        BagTopic(number=int(kind), name=kind.topic, definition=definition) for kind, definition in definitions.items()
    )
