"""The outbox of one source: every record is on disk before it is published, and stays until it is acknowledged.

A file is a header line (a JSON object with `run` and `source`) and records, each a fixed head (length, kind, sequence,
checksum) and its CDR bytes. It is only appended to, emptied once all is acknowledged, or rewritten and renamed.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import struct
import zlib
from collections import deque
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from user_core.errors import LogError
from user_core.log.kinds import RecordKind
from user_core.run import write_atomically

SUFFIX = ".outbox"
COMPACT_ABOVE_BYTES = 8_000_000
_HEAD = struct.Struct("<IBQI")


class OutboxInUseError(LogError):
    """The outbox belongs to a live process."""


@dataclass(frozen=True, kw_only=True, eq=False)
class OutboxRecord:
    """A record that waits for its acknowledgement."""

    kind: RecordKind
    source_sequence: int
    payload: bytes


@dataclass(frozen=True, kw_only=True)
class _Place:
    kind: RecordKind
    source_sequence: int
    offset: int
    size: int


class Outbox:
    """One file, of one source in one run.

    Args:
        path: An outbox file; see `create`. A last record that a crash cut short is dropped: it was never published.

    Raises:
        OutboxInUseError: When another live process has it.
        LogError: When the file cannot be opened or is no outbox.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.acknowledged = -1
        self.unacknowledged_bytes = 0
        self._places: deque[_Place] = deque()
        self._descriptor = _open_alone(path)
        content = path.read_bytes()
        header, newline, _ = content.partition(b"\n")
        try:
            names = json.loads(header) if newline else {}
            self.run, self.source = str(names["run"]), str(names["source"])
        except (ValueError, KeyError, TypeError) as error:
            os.close(self._descriptor)
            raise LogError(
                f"{path} is not an outbox (its first line names no run and source); move it away."
            ) from error
        self._header_size = len(header) + 1
        self._end = self._header_size
        self._index(content)
        self.next_sequence = self._places[-1].source_sequence + 1 if self._places else 0

    @classmethod
    def create(cls, path: Path, *, run: str, source: str) -> Outbox:
        """Make the file of a new source, which counts from 0."""
        try:
            write_atomically(path, json.dumps({"run": run, "source": source}).encode() + b"\n")
        except OSError as error:
            raise _unwritable(path, error) from error
        return cls(path)

    def __len__(self) -> int:
        return len(self._places)

    def append(self, kind: RecordKind, payload: bytes) -> int:
        """Write a record and return its sequence; it survives the death of this process from then on.

        The sequence is `next_sequence`, which the caller has put into the record.

        Raises:
            LogError: When it cannot be written; the outbox is then as it was, and the record must not be published.
        """
        head = _HEAD.pack(len(payload), kind, self.next_sequence, zlib.crc32(payload))
        self._write(head + payload)
        place = _Place(kind=kind, source_sequence=self.next_sequence, offset=self._end + _HEAD.size, size=len(payload))
        self._places.append(place)
        self._end = place.offset + place.size
        self.unacknowledged_bytes += place.size
        self.next_sequence += 1
        return place.source_sequence

    def acknowledge(self, source_sequence: int) -> None:
        """Drop all records up to a sequence; the file shrinks now and then, so that it does not grow for ever."""
        self.acknowledged = max(self.acknowledged, source_sequence)
        while self._places and self._places[0].source_sequence <= source_sequence:
            self.unacknowledged_bytes -= self._places.popleft().size
        with contextlib.suppress(OSError):  # a full disk: what is dropped stays in the file a while longer
            if not self._places:
                self._empty()
            elif self._places[0].offset - self._header_size > COMPACT_ABOVE_BYTES:
                self._compact()

    def pending(self, sequences: range, max_bytes: int) -> list[OutboxRecord]:
        """Return the waiting records of these sequences, up to `max_bytes`, at least one if there is one."""
        result: list[OutboxRecord] = []
        size = 0
        first = self._places[0].source_sequence if self._places else 0  # from there on without a gap
        for place in islice(self._places, max(sequences.start - first, 0), max(sequences.stop - first, 0)):
            size += place.size
            if result and size > max_bytes:
                break
            payload = os.pread(self._descriptor, place.size, place.offset)
            result.append(OutboxRecord(kind=place.kind, source_sequence=place.source_sequence, payload=payload))
        return result

    def close(self) -> None:
        """Close the file; it stays if something in it is not acknowledged, whichever run it is of."""
        os.close(self._descriptor)
        if not self._places:
            self.path.unlink(missing_ok=True)

    def _index(self, content: bytes) -> None:
        while self._end + _HEAD.size <= len(content):
            size, kind, sequence, checksum = _HEAD.unpack_from(content, self._end)
            offset = self._end + _HEAD.size
            payload = memoryview(content)[offset : offset + size]
            if len(payload) < size or zlib.crc32(payload) != checksum:
                return
            self._places.append(_Place(kind=RecordKind(kind), source_sequence=sequence, offset=offset, size=size))
            self.unacknowledged_bytes += size
            self._end = offset + size

    def _write(self, content: bytes) -> None:
        written = 0
        try:
            while written < len(content):
                written += os.pwrite(self._descriptor, content[written:], self._end + written)
        except OSError as error:
            with contextlib.suppress(OSError):  # what stays behind `_end` fails its checksum and is written over
                os.ftruncate(self._descriptor, self._end)
            raise _unwritable(self.path, error) from error

    def _empty(self) -> None:
        if self._end > self._header_size:
            os.ftruncate(self._descriptor, self._header_size)
            self._end = self._header_size

    def _compact(self) -> None:
        """Rewrite the file without what is acknowledged; no fsync, which would stall the control loop."""
        first = self._places[0].offset - _HEAD.size
        header = os.pread(self._descriptor, self._header_size, 0)
        kept = os.pread(self._descriptor, self._end - first, first)
        temporary = self.path.with_suffix(".compact")
        temporary.write_bytes(header + kept)
        descriptor = _open_alone(temporary)
        temporary.replace(self.path)
        os.close(self._descriptor)
        self._descriptor = descriptor
        moved = first - self._header_size
        self._places = deque(replace(place, offset=place.offset - moved) for place in self._places)
        self._end -= moved


def _open_alone(path: Path) -> int:
    """Open a file for this process alone; the lock ends with the process."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise OutboxInUseError(
            f"{path} belongs to another live process; give each robot a folder of its own."
        ) from error
    return descriptor


def _unwritable(path: Path, error: OSError) -> LogError:
    return LogError(
        f"the outbox {path} cannot be written: {error.strerror}; free disk space or make the folder writable. "
        f"The robot holds until it can."
    )
