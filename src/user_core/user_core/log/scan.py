"""One pass over an mcap file, record by record, that stops where the file does and can go on when it has grown."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Generic, TypeVar

from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Metadata

from user_core.errors import LogError
from user_core.log.chunk import ChannelTable, chunk_is_whole, messages
from user_core.log.framing import MAGIC, METADATA_NAME, RECORD_HEADER
from user_core.log.kinds import RecordKind

_OPCODES = frozenset(int(opcode) for opcode in Opcode)
_CHUNK_CANDIDATE = re.compile(rb"\x06(?=[\s\S]{4}\x00{4})")
_WINDOW = 1 << 22
FoundT = TypeVar("FoundT")


@dataclass(frozen=True, kw_only=True, eq=False)
class ScannedRecord:
    """A record of ours as it lies in the file.

    Attributes:
        chunk_offset: Where its chunk begins.
        ordinal: Its place among the records of ours in that chunk; always 0 in our own bags.
        payload_offset: Where its bytes begin in the uncompressed records of the chunk.
    """

    kind: RecordKind
    payload: bytes
    stamp_ns: int
    chunk_offset: int
    ordinal: int
    payload_offset: int


class FileScan(Generic[FoundT]):
    """Reads an mcap file from its start to the last whole record; subclasses say what they look for in it.

    A tail that is incomplete is left alone: it is being written, or was cut short by a crash. Damage *before* whole
    chunks is skipped when `skip_damage` says so, and is an error otherwise.

    Attributes:
        end: Offset behind the last whole record of the data section; a writer goes on here.
        names: What our own bags say of themselves: log_id and run.
        damage: (start, end) offsets of what was skipped.
    """

    def __init__(self, descriptor: int, *, path: Path, skip_damage: bool = False) -> None:
        self._descriptor = descriptor
        self._path = path
        self._skip_damage = skip_damage
        if os.pread(descriptor, len(MAGIC), 0) != MAGIC:
            raise LogError(
                f"{path} is not an mcap file (its first bytes are not mcap's); allowed is a bag written by ros2 bag or "
                f"by the replay node. Move it away or choose another folder."
            )
        self.end = len(MAGIC)
        self.names: dict[str, str] = {}
        self.damage: list[tuple[int, int]] = []
        self.channels = ChannelTable()
        self._pending: deque[FoundT] = deque()

    @property
    def is_closed(self) -> bool:
        """Whether its writer has finished the file; to be asked after the pass."""
        size = os.fstat(self._descriptor).st_size
        return self._at_data_end() and os.pread(self._descriptor, len(MAGIC), size - len(MAGIC)) == MAGIC

    @property
    def incomplete_bytes(self) -> int:
        """Bytes of a record that the end of the file cuts short; to be asked after the pass."""
        return 0 if self._at_data_end() else os.fstat(self._descriptor).st_size - self.end

    @property
    def lost_bytes(self) -> int:
        """Bytes that were skipped, and those of an incomplete tail; known once everything has been read."""
        return self.incomplete_bytes + sum(end - start for start, end in self.damage)

    def records(self) -> Iterator[FoundT]:
        """Yield what follows that yielded before, as far as the file is whole."""
        while True:
            while self._pending:
                yield self._pending.popleft()
            found = self._whole_record(self.end)
            if found is None:
                beyond = self._next_chunk(self.end + 1)
                if beyond is None:
                    return
                self._step_over_damage(beyond)
                continue
            opcode, content, size = found
            if opcode == Opcode.DATA_END:
                return
            if self._take(opcode, content):
                self.end += size
            else:
                self._step_over_damage(self.end + size)

    def _in_chunk(self, content: bytes, chunk_offset: int) -> Iterable[FoundT]:
        """Return what is looked for in a chunk."""
        raise NotImplementedError

    def _alone(self, content: bytes, offset: int) -> Iterable[FoundT]:
        """Return what is looked for in a message that stands outside chunks."""
        return ()

    def _take(self, opcode: int, content: bytes) -> bool:
        """Take a record whose length is right; False when its content makes no sense."""
        try:
            if opcode == Opcode.CHUNK:
                self._pending.extend(list(self._in_chunk(content, self.end)))
            elif opcode == Opcode.MESSAGE:
                self._pending.extend(self._alone(content, self.end))
            elif opcode in (Opcode.SCHEMA, Opcode.CHANNEL):
                self.channels.add(opcode, content)
            elif opcode == Opcode.METADATA:
                metadata = Metadata.read(ReadDataStream(BytesIO(content)))
                if metadata.name == METADATA_NAME:
                    self.names = dict(metadata.metadata)
        except Exception:  # mcap, its decompressors and UTF-8 have errors of their own, without a common base
            return False
        return True

    def _step_over_damage(self, beyond: int) -> None:
        if not self._skip_damage:
            raise LogError(
                f"{self._path} is damaged from byte {self.end} to byte {beyond}; if it is a log of ours, ./user bag "
                "repair keeps what is whole, and if not, copy or record it again."
            )
        self.damage.append((self.end, beyond))
        self.end = beyond

    def _at_data_end(self) -> bool:
        return os.pread(self._descriptor, 1, self.end) == bytes((Opcode.DATA_END,))

    def _whole_record(self, offset: int) -> tuple[int, bytes, int] | None:
        header = os.pread(self._descriptor, RECORD_HEADER.size, offset)
        if len(header) < RECORD_HEADER.size:
            return None
        opcode, length = RECORD_HEADER.unpack(header)
        if opcode not in _OPCODES or offset + RECORD_HEADER.size + length > os.fstat(self._descriptor).st_size:
            return None
        content = os.pread(self._descriptor, length, offset + RECORD_HEADER.size)
        if len(content) < length or (opcode == Opcode.CHUNK and not chunk_is_whole(content)):
            return None
        return opcode, content, RECORD_HEADER.size + length

    def _next_chunk(self, offset: int) -> int | None:
        """Return the offset of the first whole chunk from `offset` on."""
        while window := os.pread(self._descriptor, _WINDOW, offset):
            for match in _CHUNK_CANDIDATE.finditer(window):
                candidate = offset + match.start()
                found = self._whole_record(candidate)
                if found is not None and found[0] == Opcode.CHUNK:
                    return candidate
            offset += max(len(window) - RECORD_HEADER.size, 1) if len(window) == _WINDOW else len(window)
        return None


class BagScan(FileScan[ScannedRecord]):
    """Looks for the records of ours, by message type; damage is skipped for repair, so only in a file of our own."""

    def __init__(self, descriptor: int, *, path: Path, skip_damage: bool = False) -> None:
        super().__init__(descriptor, path=path, skip_damage=skip_damage)
        self.channels = ChannelTable(numbered_as_ours=skip_damage)

    def _in_chunk(self, content: bytes, chunk_offset: int) -> Iterator[ScannedRecord]:
        ordinal = 0
        for channel, stamp_ns, payload, payload_offset in messages(content, self.channels):
            kind = self.channels.kind(channel)
            if kind is None:
                continue
            yield ScannedRecord(
                kind=kind,
                payload=bytes(payload),
                stamp_ns=stamp_ns,
                chunk_offset=chunk_offset,
                ordinal=ordinal,
                payload_offset=payload_offset,
            )
            ordinal += 1
