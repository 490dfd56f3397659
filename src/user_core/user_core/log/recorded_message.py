"""One message of any rosbag2 bag, as it was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from user_core.log.definition import MessageDefinition
from user_core.log.kinds import RecordKind

_LATCHED_RECORDS = (RecordKind.SPEC.topic, RecordKind.EPISODE.topic)
_TRANSIENT_LOCAL = ("transient_local", 1)


@dataclass(frozen=True, kw_only=True)
class RecordedTopic:
    """A topic of a bag.

    Attributes:
        definition: Type of its messages; the text is "" where the storage does not carry it.
        latched: A late subscriber gets the last message (transient local durability).
        encoding: Serialisation; all but `cdr` are none of ROS 2.
    """

    name: str
    definition: MessageDefinition
    latched: bool = False
    encoding: str = "cdr"


@dataclass(frozen=True, kw_only=True, eq=False)
class RecordedMessage:
    """A message as it stands in a bag.

    Attributes:
        stamp_ns: Wall nanoseconds at which the recorder received it.
        payload: Its bytes, unchanged.
        place: Where to read it again; of use to the file that it is from.
    """

    topic: RecordedTopic
    stamp_ns: int
    payload: bytes
    place: tuple[int, int, int] = (0, 0, 0)


def is_latched(topic: str, offered_qos_profiles: str) -> bool:
    """Tell whether a topic was recorded from transient local publishers; YAML as rosbag2 keeps it."""
    try:
        profiles: Any = yaml.safe_load(offered_qos_profiles) or []
    except yaml.YAMLError:
        profiles = []
    named = [profile.get("durability") for profile in profiles if isinstance(profile, dict)]
    return topic in _LATCHED_RECORDS or (bool(named) and all(value in _TRANSIENT_LOCAL for value in named))
