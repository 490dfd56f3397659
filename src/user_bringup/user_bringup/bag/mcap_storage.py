"""Reads every message of an .mcap file, of any recorder, as far as the file is whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mcap.opcode import Opcode

from user_bringup.bag.recorded_message import RecordedMessage, RecordedTopic, is_latched
from user_core.errors import LogError
from user_core.log.chunk import ChannelTable, chunk_is_whole, messages
from user_core.log.definition import MessageDefinition
from user_core.log.framing import MAGIC, MESSAGE_HEADER, RECORD_HEADER


def read_mcap(path: Path) -> Iterator[RecordedMessage]:
    """Yield the messages of a file in the order in which they stand there.

    Raises:
        LogError: When it is no mcap file, or, after the messages before, where it is damaged or cut short.
    """
    with path.open("rb") as stream:
        if stream.read(len(MAGIC)) != MAGIC:
            raise LogError(f"{path} is not an mcap file: its first bytes are not mcap's; allowed is a rosbag2 bag.")
        topics = _Topics()
        for opcode, content, offset in _records(stream, path):
            try:
                yield from topics.messages(opcode, content)
            except Exception as error:  # mcap, its decompressors and UTF-8 have errors of their own
                raise LogError(
                    f"{path} is damaged at byte {offset} ({type(error).__name__}: {error}); what stands before was "
                    f"read. If it is a log of ours, ./user bag repair keeps what is whole."
                ) from error


def _records(stream: BinaryIO, path: Path) -> Iterator[tuple[int, bytes, int]]:
    """Yield (opcode, content, offset) of the records of the data section."""
    while header := stream.read(RECORD_HEADER.size):
        offset = stream.tell() - len(header)
        opcode, length = RECORD_HEADER.unpack(header) if len(header) == RECORD_HEADER.size else (0, 1)
        if opcode == Opcode.DATA_END:
            return
        left = path.stat().st_size - stream.tell()
        if length > left:
            raise LogError(
                f"{path} ends in the middle of a record: the last {left + len(header)} bytes were not read. It is "
                f"being written, or was cut; if it is a log of ours, ./user bag repair closes it."
            )
        yield opcode, stream.read(length), offset


class _Topics:
    """Which topic each channel is."""

    def __init__(self) -> None:
        self._table = ChannelTable()
        self._by_channel: dict[int, RecordedTopic] = {}

    def messages(self, opcode: int, content: bytes) -> Iterator[RecordedMessage]:
        if opcode in (Opcode.SCHEMA, Opcode.CHANNEL):
            self._table.add(opcode, content)
        elif opcode == Opcode.MESSAGE:
            channel, _, stamp_ns, _ = MESSAGE_HEADER.unpack_from(content)
            yield self._message(channel, stamp_ns, content[MESSAGE_HEADER.size :])
        elif opcode == Opcode.CHUNK:
            if not chunk_is_whole(content):
                raise ValueError("a chunk's checksum or size is wrong")
            for channel, stamp_ns, payload, _ in messages(content, self._table):
                yield self._message(channel, stamp_ns, bytes(payload))

    def _message(self, channel: int, stamp_ns: int, payload: bytes) -> RecordedMessage:
        if channel not in self._by_channel:
            self._by_channel[channel] = self._topic(channel)
        return RecordedMessage(topic=self._by_channel[channel], stamp_ns=stamp_ns, payload=payload)

    def _topic(self, number: int) -> RecordedTopic:
        channel = self._table.channels[number]
        schema = self._table.schemas.get(channel.schema_id)
        return RecordedTopic(
            name=channel.topic,
            definition=MessageDefinition(
                type_name="" if schema is None else schema.name,
                text="" if schema is None else schema.data.decode("utf-8", "replace"),
                type_hash=channel.metadata.get("topic_type_hash", ""),
            ),
            latched=is_latched(channel.topic, channel.metadata.get("offered_qos_profiles", "")),
            encoding=channel.message_encoding,
        )
