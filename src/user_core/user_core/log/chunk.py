"""Reading of one mcap chunk, of our own bags or of any recorder's."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, Schema
from mcap.stream_reader import get_chunk_data_stream

from user_core.log.definition import MessageDefinition
from user_core.log.framing import CHUNK_HEADER, MESSAGE_ENCODING, MESSAGE_HEADER, RECORD_HEADER, channel_id
from user_core.log.kinds import RecordKind
from user_core.log.recorded_message import RecordedTopic, is_latched

KIND_OF_TYPE = {kind.type_name: kind for kind in RecordKind}
_LENGTH = struct.Struct("<Q")


class ChannelTable:
    """Which channel of a file carries which kind of record, by message type; other channels are None.

    Args:
        numbered_as_ours: Take the channel numbers of our own files for granted, should the file's table be damaged.
    """

    def __init__(self, *, numbered_as_ours: bool = False) -> None:
        self.schemas: dict[int, Schema] = {}
        self.channels: dict[int, Channel] = {}
        self._kinds: dict[int, RecordKind | None] = {}
        if numbered_as_ours:
            self._kinds.update({channel_id(kind): kind for kind in RecordKind})

    def add(self, opcode: int, content: bytes) -> None:
        """Take a schema or channel record."""
        stream = ReadDataStream(BytesIO(content))
        if opcode == Opcode.SCHEMA:
            schema = Schema.read(stream)
            self.schemas[schema.id] = schema
        elif opcode == Opcode.CHANNEL:
            channel = Channel.read(stream)
            self.channels[channel.id] = channel
            named = self.schemas.get(channel.schema_id)
            known = named is not None and channel.message_encoding == MESSAGE_ENCODING
            self._kinds[channel.id] = KIND_OF_TYPE.get(named.name) if named is not None and known else None

    def definitions(self) -> dict[RecordKind, MessageDefinition]:
        """Return the message definitions that the file itself carries, of the kinds that were met so far."""
        found: dict[RecordKind, MessageDefinition] = {}
        for channel in self.channels.values():
            schema, kind = self.schemas.get(channel.schema_id), self.kind(channel.id)
            if schema is not None and kind is not None and channel.message_encoding == MESSAGE_ENCODING:
                text = schema.data.decode("utf-8", "replace")
                type_hash = channel.metadata.get("topic_type_hash", "")
                found[kind] = MessageDefinition(type_name=schema.name, text=text, type_hash=type_hash)
        return found

    def topic(self, channel_id: int) -> RecordedTopic:
        """Return the topic of a channel; without a name or a type when the file does not say."""
        channel = self.channels.get(channel_id)
        if channel is None:
            return RecordedTopic(name="", definition=MessageDefinition(type_name="", text=""))
        schema = self.schemas.get(channel.schema_id)
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

    def kind(self, channel_id: int) -> RecordKind | None:
        """Return the kind of a channel's messages, None when they are none of ours."""
        return self._kinds.get(channel_id)


def chunk_is_whole(content: bytes) -> bool:
    """Tell whether a chunk's sizes agree and its checksum, if it has one, is that of its records."""
    if len(content) < CHUNK_HEADER.size:
        return False
    _, _, size, checksum, name_size = CHUNK_HEADER.unpack_from(content)
    records_at = CHUNK_HEADER.size + name_size + _LENGTH.size
    if records_at > len(content) or _LENGTH.unpack_from(content, records_at - 8)[0] != len(content) - records_at:
        return False
    if name_size:
        return True  # a compressed chunk checks itself when it is opened
    records = memoryview(content)[records_at:]
    return len(records) == size and (checksum == 0 or zlib.crc32(records) == checksum)


def messages(content: bytes, channels: ChannelTable) -> Iterator[tuple[int, int, memoryview, int]]:
    """Yield (channel, log time ns, payload, offset of the payload in the uncompressed records) of a chunk.

    Schemas and channels found on the way are added to `channels`.
    """
    records = chunk_records(content)
    position = 0
    while position < len(records):
        opcode, length = RECORD_HEADER.unpack_from(records, position)
        position += RECORD_HEADER.size
        if opcode == Opcode.MESSAGE:
            channel, _, log_time_ns, _ = MESSAGE_HEADER.unpack_from(records, position)
            start = position + MESSAGE_HEADER.size
            yield channel, log_time_ns, records[start : position + length], start
        else:
            channels.add(opcode, bytes(records[position : position + length]))
        position += length


def chunk_records(content: bytes) -> memoryview:
    """Return the records of a chunk, uncompressed."""
    name_size = CHUNK_HEADER.unpack_from(content)[4]
    if name_size == 0:
        return memoryview(content)[CHUNK_HEADER.size + _LENGTH.size :]
    stream, size = get_chunk_data_stream(Chunk.read(ReadDataStream(BytesIO(content))), validate_crc=True)
    return memoryview(stream.read(size))
