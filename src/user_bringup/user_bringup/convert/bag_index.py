"""Where each message of a bag lies, by topic and stamp."""

from __future__ import annotations

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from user_core.errors import ConfigurationError
from user_core.log.raw_bag import Place, RawBag
from user_core.ros.raw import has_header

_STAMP = struct.Struct("<iI")
_STAMP_AT = 4  # behind the encapsulation header
_NANOSECONDS = 1_000_000_000


@dataclass(kw_only=True)
class TopicIndex:
    """The messages of one topic.

    Attributes:
        type_name: package/msg/Name.
        stamps_ns: Header stamps in rising order; times of receipt for a type without a header.
        received_ns: Times of receipt, in the same order.
        places: Where each lies.
    """

    type_name: str
    stamps_ns: list[int] = field(default_factory=list)
    received_ns: list[int] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)

    def exactly(self, stamp_ns: int) -> int | None:
        """Return the position of the sample with a stamp, None when it is not there."""
        at = bisect_left(self.stamps_ns, stamp_ns)
        return at if at < len(self.stamps_ns) and self.stamps_ns[at] == stamp_ns else None

    def newest(self, until_ns: int) -> int | None:
        """Return the position of the newest sample with a stamp <= `until_ns`, None when all are later."""
        at = bisect_right(self.stamps_ns, until_ns) - 1
        return at if at >= 0 else None

    def order_by_stamp(self) -> None:
        """Put samples that came out of order where their stamps belong."""
        order = sorted(range(len(self.stamps_ns)), key=self.stamps_ns.__getitem__)
        for name in ("stamps_ns", "received_ns", "places"):
            values = getattr(self, name)
            setattr(self, name, [values[position] for position in order])


class BagIndex:
    """All topics of a bag.

    Attributes:
        topics: By name, after remapping.
        message_count: Messages of all topics.

    Raises:
        ConfigurationError: When two topics of the bag would have one name.
    """

    def __init__(self, bag: RawBag, *, remap: Mapping[str, str] | None = None) -> None:
        self.bag = bag
        self.topics: dict[str, TopicIndex] = {}
        self.message_count = 0
        stamped: dict[str, bool] = {}
        origins: dict[str, str] = {}
        for place, message in bag.messages():
            self.message_count += 1
            recorded, type_name = message.topic.name, message.topic.definition.type_name
            name = (remap or {}).get(recorded, recorded)
            if origins.setdefault(name, recorded) != recorded:
                raise ConfigurationError(
                    key="--remap",
                    value=f"{recorded}:={name}",
                    allowed=f"a name that no other topic has: {origins[name]} has it",
                    where="the command line of convert",
                )
            topic = self.topics.setdefault(name, TopicIndex(type_name=type_name))
            if type_name not in stamped:
                stamped[type_name] = _is_stamped(type_name)
            topic.stamps_ns.append(_stamp(message.payload) if stamped[type_name] else message.stamp_ns)
            topic.received_ns.append(message.stamp_ns)
            topic.places.append(place)
        for topic in self.topics.values():
            topic.order_by_stamp()

    def read(self, topic: str, position: int) -> bytes:
        """Return the bytes of a message."""
        return self.bag.read(self.topics[topic].places[position])

    def payloads(self, topic: str) -> list[bytes]:
        """Return the bytes of all messages of a topic, none when the bag does not have it."""
        return [self.bag.read(place) for place in self.topics[topic].places] if topic in self.topics else []

    def describe(self) -> str:
        """Return what there is, for people."""
        return ", ".join(f"{name} ({topic.type_name})" for name, topic in sorted(self.topics.items())) or "nothing"

    def arms_with(self, topic: str) -> Collection[str]:
        """Return the namespaces, without slashes, under which a relative topic is in the bag."""
        return sorted(name.removesuffix(f"/{topic}").strip("/") for name in self.topics if name.endswith(f"/{topic}"))


def _is_stamped(type_name: str) -> bool:
    try:
        return has_header(type_name)
    except ConfigurationError:
        return False  # a type that is not installed here is none that is needed


def _stamp(payload: bytes) -> int:
    seconds, nanoseconds = _STAMP.unpack_from(payload, _STAMP_AT)
    return int(seconds * _NANOSECONDS + nanoseconds)
