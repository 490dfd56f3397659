"""Logs with real messages, as a replay_node leaves them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from rclpy.serialization import serialize_message

from tests.support.learning_records import make_episode, small_spec
from tests.support.learning_summaries import make_summary
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel
from user_core.log.writer import BagWriter
from user_core.ros.definitions import log_definitions
from user_core.ros.records import encode
from user_core.ros.spec_conversion import spec_to_message
from user_core.spec import EnvironmentSpec
from user_core.types import EpisodeSummary, Mode, Outcome, Transition

RUN = "the run"
SPEC = small_spec()
Record = EnvironmentSpec | Transition | EpisodeSummary | EpisodeLabel


def episode(
    name: str,
    sequence: int,
    *,
    mode: Mode = Mode.COLLECT,
    outcome: Outcome = Outcome.SUCCESS,
    human_steps: Sequence[int] = (),
) -> list[Transition | EpisodeSummary]:
    """Records 0 .. 4 and the summary of an episode: sequences `sequence` .. `sequence + 5`."""
    steps = make_episode(
        SPEC, episode=name, mode=mode, outcome=outcome, human_steps=human_steps, sequence=sequence, length=4
    )
    summary = make_summary(episode=name, mode=mode, outcome=outcome, sequence=sequence + 5)
    return [*(dataclasses.replace(step, run=RUN) for step in steps), dataclasses.replace(summary, run=RUN)]


def three_episodes() -> list[Record]:
    """A demonstration with a person in it, one that failed, and an episode of practice."""
    return [
        SPEC,
        *episode("aaaa-1", 1, human_steps=(1, 2)),
        *episode("aabb-2", 7, outcome=Outcome.FAILURE),
        *episode("cccc-3", 13, mode=Mode.TRAIN),
    ]


def open_log(folder: Path, records: Iterable[Record] = (), *, run: str = RUN) -> BagWriter:
    """Return the writer of a log that holds these records, still open."""
    writer = BagWriter(folder, run=run, definitions=log_definitions())
    for number, record in enumerate(records):
        kind, payload = stored(record)
        writer.append(kind, payload, stamp_ns=1_000_000_000 + 100_000_000 * number)
    return writer


def write_log(folder: Path, records: Iterable[Record] = (), *, run: str = RUN) -> Path:
    """Write and close a log; return its folder."""
    open_log(folder, records, run=run).close()
    return folder


def stored(record: Record) -> tuple[RecordKind, bytes]:
    """Return a record as it stands in a log."""
    if isinstance(record, EnvironmentSpec):
        message = spec_to_message(record, run=RUN, source="source", source_sequence=0)
        return RecordKind.SPEC, bytes(serialize_message(message))
    kinds = {
        Transition: RecordKind.TRANSITION,
        EpisodeSummary: RecordKind.EPISODE,
        EpisodeLabel: RecordKind.LABEL,
    }
    return kinds[type(record)], encode(record)


def write_old_log(folder: Path) -> Path:
    """Write a log of a version in which a transition had no field `awaits_verdict`; return its folder."""
    definitions = log_definitions()
    current = definitions[RecordKind.TRANSITION]
    text = re.sub(r"^bool awaits_verdict.*\n", "", current.text, flags=re.MULTILINE)
    definitions[RecordKind.TRANSITION] = dataclasses.replace(current, text=text, type_hash="RIHS01_old")
    writer = BagWriter(folder, run=RUN, definitions=definitions)
    for record in three_episodes()[:3]:
        kind, payload = stored(record)
        writer.append(kind, payload, stamp_ns=1)
    writer.close()
    return folder
