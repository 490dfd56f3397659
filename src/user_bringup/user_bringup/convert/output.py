"""The transition log that a conversion writes: all of it, or nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

from user_core.errors import ConfigurationError
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel
from user_core.log.writer import BagWriter
from user_core.ros.definitions import log_definitions
from user_core.ros.records import encode, encode_spec
from user_core.spec import EnvironmentSpec
from user_core.types import EpisodeSummary, Transition


class ConvertedLog:
    """A bag that takes its name only when it is complete.

    Args:
        folder: Of the bag; it must not exist yet.
        run: UUID that the bag carries.

    Raises:
        ConfigurationError: When the folder is there already.
        LogError: When it cannot be written.
    """

    def __init__(self, folder: Path, *, run: str) -> None:
        if folder.exists():
            raise ConfigurationError(
                key="OUT", value=str(folder), allowed="a folder that does not exist yet", where="the command line"
            )
        self._folder = folder
        self._partial = folder.with_name(f"{folder.name}.partial")
        shutil.rmtree(self._partial, ignore_errors=True)
        # rosbag2 finds a bag's file by the folder's name, so the partial bag is written under the final name.
        self._writer = BagWriter(self._partial / folder.name, run=run, definitions=log_definitions())
        self._complete = False

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

    def complete(self) -> None:
        """Close the bag and give it its name."""
        self._complete = True
        self._writer.close()
        (self._partial / self._folder.name).rename(self._folder)
        self._partial.rmdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._complete:
            self._writer.close()
            shutil.rmtree(self._partial, ignore_errors=True)
