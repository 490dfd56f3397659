"""One pass over a log that may be damaged: its whole records, and then the state of its file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from user_bringup.bag.recording import open_recording
from user_core.errors import LogError
from user_core.log.definition import MessageDefinition
from user_core.log.kinds import RecordKind
from user_core.log.scan import BagScan, ScannedRecord


@dataclass(kw_only=True)
class LogInspection:
    """What is known of a log's file once all of `records()` were taken.

    Attributes:
        file: The .mcap file.
        log_id: Name of the numbering; "" for a bag that is not ours.
        run: UUID of the run; "" for a bag that is not ours.
        definitions: Message definitions that the file carries.
        damage: (start, end) offsets of what could not be read before the end.
        incomplete_bytes: Of the record that the end cuts short.
        is_closed: Whether the writer has finished the file.
    """

    file: Path
    log_id: str = ""
    run: str = ""
    definitions: dict[RecordKind, MessageDefinition] = field(default_factory=dict)
    damage: list[tuple[int, int]] = field(default_factory=list)
    incomplete_bytes: int = 0
    is_closed: bool = False

    @classmethod
    def of(cls, path: Path) -> LogInspection:
        """Return the inspection, still to be made, of a bag or of a run's log.

        Raises:
            LogError: When there is no bag, or one of other storage.
        """
        recording = open_recording(path)
        if len(recording.files) != 1 or recording.storage != "mcap":
            raise LogError(
                f"{path} consists of {len(recording.files)} {recording.storage} file(s), a log of ours of one .mcap "
                f"file; convert it with `ros2 bag convert`."
            )
        return cls(file=recording.files[0])

    @property
    def damaged_bytes(self) -> int:
        """Bytes that could not be read before the end."""
        return sum(end - start for start, end in self.damage)

    def records(self) -> Iterator[ScannedRecord]:
        """Yield the records that are whole."""
        descriptor = os.open(self.file, os.O_RDONLY | os.O_CLOEXEC)
        try:
            scan = BagScan(descriptor, path=self.file, skip_damage=True)
            for record in scan.records():
                self.definitions = self.definitions or scan.channels.definitions()
                yield record
            self.log_id, self.run = scan.names.get("log_id", ""), scan.names.get("run", "")
            self.damage, self.incomplete_bytes, self.is_closed = scan.damage, scan.incomplete_bytes, scan.is_closed
        finally:
            os.close(descriptor)
