"""How one record of the log stands in an mcap file: a chunk of its own, followed by its message index.

`mcap.writer.Writer` cannot go on with a file that exists, nor undo a write that a full disk cut short; both are what a
durable log needs, so the frames are laid here, from the record classes of the same library.
Layout of mcap version 0: https://mcap.dev/spec.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import yaml
from mcap.data_stream import RecordBuilder
from mcap.opcode import Opcode
from mcap.records import Channel, Header, Metadata, Schema

from user_core.log.bag_topic import BagTopic

MAGIC = bytes((137, 77, 67, 65, 80, 48, 13, 10))
METADATA_NAME = "user_replay"
SCHEMA_ENCODING = "ros2msg"
MESSAGE_ENCODING = "cdr"

RECORD_HEADER = struct.Struct("<BQ")
"""Opcode and length of what follows."""

CHUNK_HEADER = struct.Struct("<QQQII")
"""First and last log time, uncompressed size, CRC-32, length of the compression's name (0 = none)."""

_CHUNK = struct.Struct("<BQQQQIIQ")
_MESSAGE = struct.Struct("<BQHIQQ")
_MESSAGE_INDEX = struct.Struct("<BQHIQQ")
MESSAGE_HEADER = struct.Struct("<HIQQ")
"""Channel, sequence, log time and publish time, before a message's bytes."""

MESSAGE_INDEX_SIZE = _MESSAGE_INDEX.size


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """The bytes around a payload.

    Attributes:
        before: Chunk and message headers, with schemas and channels in the first chunk of a file.
        after: The message index.
        chunk_size: Bytes of the chunk record, payload included.
    """

    before: bytes
    after: bytes
    chunk_size: int


def channel_id(number: int) -> int:
    """Return the channel and schema id of a topic (of a kind of record) in our own bags; mcap counts from 1."""
    return number + 1


def file_header() -> bytes:
    """Return how every file of ours begins."""
    builder = RecordBuilder()
    Header(profile="ros2", library="user_core").write(builder)
    return MAGIC + builder.end()


def names_record(*, log_id: str, run: str) -> bytes:
    """Return the metadata record that follows the header: the names of the log and of its run."""
    builder = RecordBuilder()
    Metadata(name=METADATA_NAME, metadata={"log_id": log_id, "run": run}).write(builder)
    return builder.end()


def schemas_and_channels(topics: Sequence[BagTopic]) -> tuple[list[Schema], list[Channel]]:
    """Return one schema and one channel per topic."""
    schemas, channels = [], []
    for topic in topics:
        definition, number = topic.definition, channel_id(topic.number)
        text = definition.text.encode()
        schemas.append(Schema(id=number, name=definition.type_name, encoding=SCHEMA_ENCODING, data=text))
        metadata = {"topic_type_hash": definition.type_hash} if definition.type_hash else {}
        if profiles := topic.qos_profiles():
            metadata["offered_qos_profiles"] = yaml.safe_dump(profiles)
        channels.append(
            Channel(id=number, topic=topic.name, message_encoding=MESSAGE_ENCODING, metadata=metadata, schema_id=number)
        )
    return schemas, channels


def preamble(topics: Sequence[BagTopic]) -> bytes:
    """Return all schemas and channels as they stand in the first chunk, before its message."""
    builder = RecordBuilder()
    schemas, channels = schemas_and_channels(topics)
    for record in (*schemas, *channels):
        record.write(builder)
    return builder.end()


def frame(topic: int, payload: bytes, *, number: int, stamp_ns: int, preamble: bytes = b"") -> Frame:
    """Return what is written around one payload: chunk header, message header and message index."""
    channel = channel_id(topic)
    message = _MESSAGE.pack(
        Opcode.MESSAGE, MESSAGE_HEADER.size + len(payload), channel, number & 0xFFFFFFFF, stamp_ns, stamp_ns
    )
    inner = preamble + message
    body_size = len(inner) + len(payload)
    checksum = zlib.crc32(payload, zlib.crc32(inner))
    chunk = _CHUNK.pack(
        Opcode.CHUNK,
        _CHUNK.size - RECORD_HEADER.size + body_size,
        stamp_ns,
        stamp_ns,
        body_size,
        checksum,
        0,
        body_size,
    )
    index = _MESSAGE_INDEX.pack(
        Opcode.MESSAGE_INDEX,
        MESSAGE_INDEX_SIZE - RECORD_HEADER.size,
        channel,
        16,  # bytes of the one entry
        stamp_ns,
        len(preamble),
    )
    return Frame(before=chunk + inner, after=index, chunk_size=_CHUNK.size + body_size)


def chunk_body_offset(chunk_offset: int) -> int:
    """Return where the records of an uncompressed chunk begin."""
    return chunk_offset + _CHUNK.size
