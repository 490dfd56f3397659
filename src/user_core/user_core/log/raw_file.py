"""Every message of one .mcap file, of any recorder, also of one that was cut short: listed once, then read by place."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from user_core.errors import LogError
from user_core.log.chunk import chunk_records, messages
from user_core.log.framing import MESSAGE_HEADER, RECORD_HEADER
from user_core.log.recorded_message import RecordedMessage, RecordedTopic
from user_core.log.scan import FileScan

_CHUNKS_AT_HAND = 4


class RawScan(FileScan[RecordedMessage]):
    """Looks for every message. A place is (offset of the chunk, or 0 for a bare message; offset in it; size)."""

    def __init__(self, descriptor: int, *, path: Path, skip_damage: bool) -> None:
        super().__init__(descriptor, path=path, skip_damage=skip_damage)
        self._topics: dict[int, RecordedTopic] = {}

    def _in_chunk(self, content: bytes, chunk_offset: int) -> Iterator[RecordedMessage]:
        for channel, stamp_ns, payload, payload_offset in messages(content, self.channels):
            place = (chunk_offset, payload_offset, len(payload))
            yield RecordedMessage(topic=self._topic(channel), stamp_ns=stamp_ns, payload=bytes(payload), place=place)

    def _alone(self, content: bytes, offset: int) -> Iterable[RecordedMessage]:
        channel, _, stamp_ns, _ = MESSAGE_HEADER.unpack_from(content)
        payload = content[MESSAGE_HEADER.size :]
        place = (0, offset + RECORD_HEADER.size + MESSAGE_HEADER.size, len(payload))
        return (RecordedMessage(topic=self._topic(channel), stamp_ns=stamp_ns, payload=payload, place=place),)

    def _topic(self, channel: int) -> RecordedTopic:
        if channel not in self._topics:
            self._topics[channel] = self.channels.topic(channel)
        return self._topics[channel]


class RawMcapFile:
    """One file.

    Args:
        path: Of the .mcap file.
        skip_damage: Go on behind damage; else it is an error.

    Raises:
        LogError: When it cannot be opened, or is no mcap file.
    """

    def __init__(self, path: Path, *, skip_damage: bool) -> None:
        self.path = path
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise LogError(f"the bag {path} cannot be read: {error.strerror}; check the path.") from error
        try:
            self._scan = RawScan(self._descriptor, path=path, skip_damage=skip_damage)
        except LogError:
            os.close(self._descriptor)
            raise
        self._records_at = lru_cache(_CHUNKS_AT_HAND)(self._read_chunk)

    @property
    def lost_bytes(self) -> int:
        """Bytes that are damaged or cut off; known once all messages have been listed."""
        return self._scan.lost_bytes

    @property
    def closed(self) -> bool:
        """Whether its recorder closed it; known once all messages have been listed."""
        return self._scan.is_closed

    def messages(self) -> Iterator[RecordedMessage]:
        """Yield every whole message, in the order of the file; once."""
        return self._scan.records()

    def read(self, place: tuple[int, int, int]) -> bytes:
        """Return the bytes of a message again."""
        chunk_offset, offset, size = place
        if not chunk_offset:
            return os.pread(self._descriptor, size, offset)
        return bytes(self._records_at(chunk_offset)[offset : offset + size])

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _read_chunk(self, chunk_offset: int) -> memoryview:
        _, length = RECORD_HEADER.unpack(os.pread(self._descriptor, RECORD_HEADER.size, chunk_offset))
        return chunk_records(os.pread(self._descriptor, length, chunk_offset + RECORD_HEADER.size))
