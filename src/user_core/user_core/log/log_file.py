"""An open mcap file of ours: whole appends, reads by number, and a summary at the end."""

from __future__ import annotations

import fcntl
import os
from array import array
from collections.abc import Sequence
from pathlib import Path

from user_core.errors import LogError, LogInUseError
from user_core.log.bag_topic import BagTopic
from user_core.log.framing import chunk_body_offset, frame, preamble
from user_core.log.index import RecordIndex
from user_core.log.summary import summary

_PROBE = bytes(1 << 16)


class LogFile:
    """Appends records at `end` of an existing file; an append is whole or leaves nothing behind.

    Args:
        path: An mcap file with our head.
        end: Where its data section ends; set it after scanning, before the first append.

    Raises:
        LogInUseError: When another process is writing it.
        LogError: When it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.index = RecordIndex()
        self.end = 0
        self._torn = False
        try:
            self.descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise unwritable(path, error) from error
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self.descriptor)
            raise LogInUseError(
                f"{path} is being written by another process; stop it, or choose another run folder."
            ) from error

    def append(self, kind: int, payload: bytes, *, stamp_ns: int, topics: Sequence[BagTopic]) -> int:
        """Write one record and return its number; it is with the operating system when this returns.

        Args:
            kind: Number of its topic.
            payload: Its CDR bytes.
            stamp_ns: Wall time of receipt; moved forward where it would not follow the record before.
            topics: Of the file; they go into its first chunk.

        Raises:
            LogError: When it cannot be written; the file is then as it was before.
        """
        first = preamble(topics) if len(self.index) == 0 else b""
        stamp_ns = max(stamp_ns, self.index.last_stamp_ns + 1)  # file order is time order for every reader
        around = frame(kind, payload, number=len(self.index), stamp_ns=stamp_ns, preamble=first)
        self._write(around.before, payload, around.after)
        self.index.add(
            kind=kind,
            size=len(payload),
            payload_offset=self.end + len(around.before),
            chunk_offset=self.end,
            stamp_ns=stamp_ns,
        )
        self.end += around.chunk_size + len(around.after)
        return len(self.index) - 1

    def note(self, *, kind: int, size: int, payload_offset: int, chunk_offset: int, stamp_ns: int) -> None:
        """Take a record that a scan found into the index; `payload_offset` counts from the chunk's records."""
        self.index.add(
            kind=kind,
            size=size,
            payload_offset=chunk_body_offset(chunk_offset) + payload_offset,
            chunk_offset=chunk_offset,
            stamp_ns=stamp_ns,
        )

    def read(self, numbers: range) -> tuple[array[int], array[int], array[int]]:
        """Return (uint8 bytes one after the other, size of each, kind of each) of records that lie in a row."""
        index = self.index
        sizes, kinds = index.sizes[numbers.start : numbers.stop], index.kinds[numbers.start : numbers.stop]
        joined = array("B")
        if not numbers:
            return joined, sizes, kinds
        begin = index.payload_offsets[numbers[0]]
        length = index.payload_offsets[numbers[-1]] + sizes[-1] - begin
        block = memoryview(os.pread(self.descriptor, length, begin))
        for number, size in zip(numbers, sizes, strict=True):
            at = index.payload_offsets[number] - begin
            joined.frombytes(block[at : at + size])
        return joined, sizes, kinds

    def cut_tail(self) -> None:
        """Cut what follows `end`: a summary, or a record that a crash or a full disk left incomplete."""
        try:
            os.ftruncate(self.descriptor, self.end)
        except OSError as error:
            raise unwritable(self.path, error) from error
        self._torn = False

    def check_present(self) -> None:
        """Raise LogError when the path no longer leads to this file, so that what is written would be lost."""
        try:
            here, named = os.fstat(self.descriptor), os.stat(self.path)
        except OSError as error:
            raise unwritable(self.path, error) from error
        if (here.st_ino, here.st_dev) != (named.st_ino, named.st_dev):
            raise LogError(f"{self.path} was replaced by another file; stop the replay node and put the log back.")

    def check_writable(self) -> None:
        """Raise LogError when the next record could not be written."""
        self.check_present()
        self._write(_PROBE)
        self.cut_tail()

    def finish(self, *, topics: Sequence[BagTopic], log_id: str, run: str) -> None:
        """Write the summary and the footer, and make all of it durable; the file stays open."""
        if self._torn:
            self.cut_tail()
        self._write(summary(self.index, topics=topics, end=self.end, log_id=log_id, run=run))
        self.sync()

    def sync(self) -> None:
        """Make what was written survive the loss of power too."""
        try:
            os.fsync(self.descriptor)
        except OSError as error:
            raise unwritable(self.path, error) from error

    def close(self) -> None:
        """Close the file as it is."""
        os.close(self.descriptor)

    def _write(self, *parts: bytes) -> None:
        """Write all parts at `end`, or nothing."""
        if self._torn:
            self.cut_tail()
        try:
            written = os.pwritev(self.descriptor, parts, self.end)
            remaining = memoryview(b"".join(parts))[written:] if written < sum(map(len, parts)) else memoryview(b"")
            while remaining:  # a nearly full disk takes a part and refuses the rest
                step = os.pwrite(self.descriptor, remaining, self.end + written)
                written += step
                remaining = remaining[step:]
        except OSError as error:
            self._torn = True
            self._try_to_cut()
            raise unwritable(self.path, error) from error

    def _try_to_cut(self) -> None:
        try:
            self.cut_tail()
        except LogError:
            return  # still torn: the next write cuts first


def unwritable(path: Path, error: OSError) -> LogError:
    """Return the error for a file that cannot be written, with what to do."""
    return LogError(
        f"the log {path} cannot be written: {error.strerror}; free disk space or make the folder writable, "
        f"writing goes on by itself."
    )
