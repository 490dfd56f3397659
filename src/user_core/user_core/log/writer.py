"""The durable log of a run: a rosbag2 bag that survives kill -9, a full disk and restarts."""

from __future__ import annotations

import contextlib
import os
import uuid
from array import array
from collections.abc import Callable
from pathlib import Path

from user_core.errors import LogError
from user_core.log.bag_metadata import FILE_NAME, BagFile, bag_metadata
from user_core.log.bag_topic import log_topics
from user_core.log.definition import Definitions
from user_core.log.framing import file_header, names_record
from user_core.log.kinds import RecordKind
from user_core.log.log_file import LogFile, unwritable
from user_core.log.reader import bag_file
from user_core.log.repair import rebuild
from user_core.log.scan import BagScan
from user_core.run import write_atomically

Visit = Callable[[int, RecordKind, bytes], None]


class BagWriter:
    """Appends records, and serves those written by number. A record's number is its position.

    A tail that a crash left incomplete was never served or acknowledged: it is cut in place, which also works on a full
    disk. Damage before whole records moves numbers: what is whole is written to a new file that takes the old one's
    name, the damaged one is kept beside it, and the log gets a new `log_id`.

    Args:
        folder: The bag; made when missing.
        run: UUID of the run that owns the log.
        definitions: Type of each kind as it shall stand in the bag.
        visit: Called with (number, kind, bytes) of every record already there, in order.

    Raises:
        LogError: When the folder cannot be written, another process writes it, it is of another run, or it was written
            with other message definitions.
    """

    def __init__(
        self, folder: Path, *, run: str, definitions: Definitions, visit: Visit = lambda number, kind, payload: None
    ) -> None:
        self.folder = folder
        self.run = run
        self.repaired = ""
        self._definitions = definitions
        self._topics = log_topics(definitions)
        path = bag_file(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                write_atomically(path, file_header() + names_record(log_id=str(uuid.uuid4()), run=run))
            self._file = LogFile(path)
        except OSError as error:
            raise unwritable(path, error) from error
        try:
            self.log_id = self._take_over(visit)
        except LogError:
            self._file.close()
            raise
        with contextlib.suppress(LogError):  # the log is whole without it, and closing writes it again
            self._write_metadata()

    def __len__(self) -> int:
        return len(self._file.index)

    def append(self, kind: RecordKind, payload: bytes, *, stamp_ns: int) -> int:
        """Write one record and return its number; it survives the death of this process from then on.

        Args:
            kind: What it is.
            payload: Its CDR bytes, kept unchanged.
            stamp_ns: Wall time of receipt; moved forward where it would not follow the record before.

        Raises:
            LogError: When it cannot be written; the log is then as it was before.
        """
        return self._file.append(kind, payload, stamp_ns=stamp_ns, topics=self._topics)

    def read(self, from_number: int, max_bytes: int) -> tuple[array[int], array[int], array[int]]:
        """Return stored bytes from a number on, one after the other, with the size and kind of each.

        At least one record is returned if there is one, even if larger than `max_bytes`.
        """
        return self._file.read(self._file.index.portion(from_number, max_bytes))

    def check_present(self) -> None:
        """Raise LogError when the log's file was removed or replaced."""
        self._file.check_present()

    def check_writable(self) -> None:
        """Raise LogError when the next record could not be written."""
        self._file.check_writable()

    def close(self) -> None:
        """Write summary and metadata.yaml; a log that cannot take them stays readable, and is closed all the same."""
        try:
            self._file.finish(topics=self._topics, log_id=self.log_id, run=self.run)
            self._write_metadata()
        finally:
            self._file.close()

    def _take_over(self, visit: Visit) -> str:
        """Index what is there, repair what must be, and return the log's name."""
        path = self._file.path
        scan = BagScan(self._file.descriptor, path=path, skip_damage=True)
        for number, found in enumerate(scan.records()):
            self._file.note(
                kind=found.kind,
                size=len(found.payload),
                payload_offset=found.payload_offset,
                chunk_offset=found.chunk_offset,
                stamp_ns=found.stamp_ns,
            )
            visit(number, found.kind, found.payload)
        self._file.end = scan.end
        log_id = scan.names.get("log_id", "")
        self._refuse_foreign(scan)
        if not scan.damage:
            self._file.cut_tail()
            return log_id
        lost = sum(end - start for start, end in scan.damage)
        log_id = str(uuid.uuid4())
        self._file, aside = rebuild(self._file, log_id=log_id, run=self.run, topics=self._topics)
        self.repaired = (
            f"{path} was damaged ({lost} bytes in {len(scan.damage)} places); {len(self)} whole records were kept, "
            f"the damaged file is {aside}"
        )
        return log_id

    def _refuse_foreign(self, scan: BagScan) -> None:
        path = self._file.path
        owner = scan.names.get("run", "")
        if scan.names and owner != self.run:
            raise LogError(
                f"{path} belongs to run {owner or 'unknown'}, this run is {self.run}; choose another run folder, or "
                f"read it as demonstrations."
            )
        if not scan.names and not scan.damage:
            raise LogError(f"{path} was not written by the replay node; read it as demonstrations, or move it away.")
        for kind, definition in self._definitions.items():
            stored = next((s for s in scan.channels.schemas.values() if s.name == definition.type_name), None)
            if stored is not None and stored.data != definition.text.encode():
                raise LogError(
                    f"{path} was written with another definition of {definition.type_name} ({kind.name.lower()} "
                    f"records); go on with the version that wrote it, or choose a new run folder."
                )

    def _write_metadata(self) -> None:
        content = bag_metadata(
            files=[BagFile.of(self._file.path.name, self._file.index, self._topics)],
            topics=self._topics,
            ros_distro=os.environ.get("ROS_DISTRO", "unknown"),
        )
        try:
            write_atomically(self.folder / FILE_NAME, content)
        except OSError as error:
            raise unwritable(self.folder / FILE_NAME, error) from error
