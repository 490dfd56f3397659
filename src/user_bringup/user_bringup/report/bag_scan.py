"""One pass over the bag of a run: counts, gaps, and the records of a few episodes."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from user_core.errors import UserRosError
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel
from user_core.log.reader import BagReader, BagRecord
from user_core.ros.records import decode, decode_transition, identify
from user_core.spec import EnvironmentSpec
from user_core.types import Transition


class BagVisitor(Protocol):
    """Sees the records of a bag as they are read, and keeps of them what it needs."""

    def on_spec(self, spec: EnvironmentSpec) -> None:
        """Take the spec of the records that follow."""

    def on_transition(self, transition: Transition) -> None:
        """Take a transition."""

    def on_label(self, label: EpisodeLabel) -> None:
        """Take a person's word on an episode."""


@dataclass(kw_only=True)
class BagScan:
    """What the bag holds.

    Attributes:
        transitions: Records of kind transition.
        lost: Sequence numbers that are missing within the sources; None when the pass did not reach the end.
        episodes: Transitions of the wanted episodes, in the order of the log.
        problem: Why the pass ended early; "" when it did not.
    """

    transitions: int = 0
    lost: int | None = None
    episodes: dict[str, list[Transition]] = field(default_factory=dict)
    problem: str = ""


def scan_bag(path: Path, *, wanted: Collection[str], limit_s: float, visitor: BagVisitor | None = None) -> BagScan:
    """Read a bag from begin to end, for at most `limit_s` seconds.

    Args:
        path: The bag's folder.
        wanted: Episodes whose transitions are decoded and kept.
        limit_s: Monotonic seconds; an interrupted run has to end soon.
        visitor: Sees every record that is one of a spec, a transition or a label.
    """
    scan = BagScan()
    sequences: dict[str, set[int]] = {}
    deadline_s = time.monotonic() + limit_s
    try:
        with BagReader(path) as bag:
            for record in bag.records():
                if visitor is not None and record.kind in (RecordKind.SPEC, RecordKind.LABEL):
                    _show(visitor, record)
                if record.kind is RecordKind.LABEL:
                    continue
                if record.kind is RecordKind.TRANSITION:
                    transition = decode_transition(record.payload)
                    scan.transitions += 1
                    if visitor is not None:
                        visitor.on_transition(transition)
                    if transition.observation.episode in wanted:
                        scan.episodes.setdefault(transition.observation.episode, []).append(transition)
                    source, sequence = transition.source, transition.source_sequence
                else:
                    identity = identify(record.kind, record.payload)
                    source, sequence = identity.source, identity.source_sequence
                sequences.setdefault(source, set()).add(sequence)
                if time.monotonic() > deadline_s:
                    scan.problem = f"only the first {record.number + 1} records were read, {limit_s:.0f} s were allowed"
                    return scan
    except UserRosError as error:
        scan.problem = str(error)
        return scan
    scan.lost = sum(max(numbers) + 1 - len(numbers) for numbers in sequences.values())
    return scan


def _show(visitor: BagVisitor, record: BagRecord) -> None:
    content = decode(record.kind, record.payload)
    if isinstance(content, EnvironmentSpec):
        visitor.on_spec(content)
    elif isinstance(content, EpisodeLabel):
        visitor.on_label(content)
