"""Reading a bag by number: our own logs, also while they are being written, and bags of `ros2 bag record`."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from user_core.errors import LogError
from user_core.log.chunk import messages
from user_core.log.definition import MessageDefinition
from user_core.log.framing import RECORD_HEADER
from user_core.log.kinds import RecordKind
from user_core.log.scan import BagScan


@dataclass(frozen=True, kw_only=True, eq=False)
class BagRecord:
    """A record by its number, the position among the records of ours in the bag."""

    number: int
    kind: RecordKind
    payload: bytes
    stamp_ns: int


def bag_file(folder: Path) -> Path:
    """Return the file of a bag as rosbag2 names it."""
    return folder / f"{folder.name}_0.mcap"


class BagReader:
    """Reads one bag; the kind of a record is known by its message type, other messages are passed over.

    Args:
        path: A bag's folder, or an .mcap file.

    Raises:
        LogError: When there is no bag, or, while reading, when it is damaged before its end.
    """

    def __init__(self, path: Path) -> None:
        self.path = _mcap_file(Path(path))
        try:
            self._descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise LogError(f"the bag {self.path} cannot be read: {error.strerror}; check the path.") from error
        try:
            self._scan = BagScan(self._descriptor, path=self.path)
        except LogError:
            os.close(self._descriptor)
            raise
        self._chunks = array("Q")
        self._ordinals = array("I")
        self._newest: BagRecord | None = None
        self._delivered = 0

    @property
    def log_id(self) -> str:
        """Name of the numbering, "" for a bag that is not ours; known once a record has been read."""
        return self._scan.names.get("log_id", "")

    @property
    def run(self) -> str:
        """UUID of the run that wrote the bag, "" for a bag that is not ours."""
        return self._scan.names.get("run", "")

    @property
    def definitions(self) -> dict[RecordKind, MessageDefinition]:
        """Message definitions that the bag carries, of the kinds that were met so far."""
        return self._scan.channels.definitions()

    def records(self) -> Iterator[BagRecord]:
        """Yield the records behind those yielded before; called again, it goes on where a live bag has grown."""
        while self._known(self._delivered):
            self._delivered += 1
            yield self._record(self._delivered - 1)

    def fetch(self, from_number: int, max_bytes: int) -> list[tuple[RecordKind, bytes]]:
        """Return (kind, bytes) from a number on, up to `max_bytes` but at least one record if there is one."""
        result: list[tuple[RecordKind, bytes]] = []
        size = 0
        while self._known(from_number + len(result)):
            record = self._record(from_number + len(result))
            size += len(record.payload)
            if result and size > max_bytes:
                break
            result.append((record.kind, record.payload))
        return result

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _known(self, number: int) -> bool:
        """Scan on until a number is known; False when the bag has no such record yet."""
        while len(self._chunks) <= number:
            found = next(self._scan.records(), None)
            if found is None:
                return False
            self._newest = BagRecord(
                number=len(self._chunks), kind=found.kind, payload=found.payload, stamp_ns=found.stamp_ns
            )
            self._chunks.append(found.chunk_offset)
            self._ordinals.append(found.ordinal)
        return True

    def _record(self, number: int) -> BagRecord:
        if self._newest is not None and self._newest.number == number:
            return self._newest
        offset = self._chunks[number]
        _, length = RECORD_HEADER.unpack(os.pread(self._descriptor, RECORD_HEADER.size, offset))
        content = os.pread(self._descriptor, length, offset + RECORD_HEADER.size)
        ours = [
            BagRecord(number=number, kind=kind, payload=bytes(payload), stamp_ns=stamp_ns)
            for channel, stamp_ns, payload, _ in messages(content, self._scan.channels)
            if (kind := self._scan.channels.kind(channel)) is not None
        ]
        return ours[self._ordinals[number]]


def _mcap_file(path: Path) -> Path:
    if not path.is_dir():
        return path
    if bag_file(path).exists():
        return bag_file(path)
    files = sorted(path.glob("*.mcap"))
    if len(files) != 1:
        raise LogError(
            f"{path} holds {len(files)} .mcap files, allowed is a bag of one; convert it with `ros2 bag convert` "
            f"(storage mcap, no split) or name the file."
        )
    return files[0]
