"""The transition log that a conversion writes: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from user_bringup.bag.new_log import new_log
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel
from user_core.log.writer import BagWriter
from user_core.ros.records import encode, encode_spec
from user_core.spec import EnvironmentSpec
from user_core.types import EpisodeSummary, Transition


@contextmanager
def converted_log(folder: Path, *, run: str) -> Iterator[ConvertedLog]:
    """Give a log to fill; the bag takes its name when it is complete.

    Args:
        folder: Of the bag; it must not exist yet, or be empty.
        run: UUID that the bag carries; "" = one of its own.

    Raises:
        ConfigurationError: When the folder holds something.
        LogError: When it cannot be written.
    """
    with new_log(folder, key="OUT", run=run) as writer:
        yield ConvertedLog(writer)


class ConvertedLog:
    """Writes what a conversion makes.

    Args:
        writer: Of the bag.
    """

    def __init__(self, writer: BagWriter) -> None:
        self._writer = writer

    def add_spec(self, spec: EnvironmentSpec, *, run: str, source: str, stamp_ns: int) -> None:
        """Write the spec of a source, its first record."""
        payload = encode_spec(spec, run=run, source=source, source_sequence=0)
        self._writer.append(RecordKind.SPEC, payload, stamp_ns=stamp_ns)

    def add(self, record: Transition | EpisodeSummary | EpisodeLabel, *, stamp_ns: int) -> None:
        """Write a record."""
        kind = {
            Transition: RecordKind.TRANSITION,
            EpisodeSummary: RecordKind.EPISODE,
            EpisodeLabel: RecordKind.LABEL,
        }[type(record)]
        self._writer.append(kind, encode(record), stamp_ns=stamp_ns)
