"""Where episodes begin and end in a recording that does not say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from user_bringup.convert.bag_index import BagIndex
from user_core.ros.conversions import ns_from_stamp
from user_core.ros.raw import decode_message

Span = tuple[int, int]
"""First and last nanosecond."""
STATUS_TYPE = "user_interfaces/msg/EnvironmentStatus"


def spans_by_status(index: BagIndex, topic: str) -> list[Span]:
    """Return when the environment said that an episode was running; empty when the bag has no such messages."""
    found: dict[str, Span] = {}
    running = ""
    for payload in index.payloads(topic):
        status = decode_message(STATUS_TYPE, payload)
        stamp_ns = ns_from_stamp(status.header.stamp)
        if running:
            found[running] = (found[running][0], stamp_ns)  # it ended somewhere between this word and the one before
        running = status.episode
        if running:
            found.setdefault(running, (stamp_ns, stamp_ns))
    return list(found.values())


def holes(stamps_ns: Sequence[int], *, longer_than_ns: int) -> list[Span]:
    """Return the stretches without a sample, where what was seen last is too old to act on."""
    pairs = zip(stamps_ns, stamps_ns[1:], strict=False)
    return [(before, after) for before, after in pairs if after - before > longer_than_ns]


def without(spans: Iterable[Span], gaps: Iterable[Span]) -> list[Span]:
    """Return the spans cut at the gaps."""
    result = list(spans)
    for gap_begin, gap_end in gaps:
        cut: list[Span] = []
        for begin, end in result:
            if gap_end <= begin or gap_begin >= end:
                cut.append((begin, end))
                continue
            cut += [(begin, gap_begin)] if begin < gap_begin else []
            cut += [(gap_end, end)] if gap_end < end else []
        result = cut
    return sorted(result)


def within(spans: Iterable[Span], limits: Span) -> list[Span]:
    """Return what of the spans lies within the limits."""
    clipped = ((max(begin, limits[0]), min(end, limits[1])) for begin, end in spans)
    return [(begin, end) for begin, end in clipped if begin < end]
