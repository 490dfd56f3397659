"""The end of a closed mcap file: schemas, channels, statistics and chunk indexes, so that readers need not scan."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from mcap.data_stream import RecordBuilder
from mcap.opcode import Opcode
from mcap.records import (
    ChunkIndex,
    DataEnd,
    Footer,
    McapRecord,
    MetadataIndex,
    Statistics,
    SummaryOffset,
)

from user_core.log.bag_topic import BagTopic
from user_core.log.framing import (
    MAGIC,
    MESSAGE_INDEX_SIZE,
    METADATA_NAME,
    channel_id,
    chunk_body_offset,
    file_header,
    names_record,
    schemas_and_channels,
)
from user_core.log.index import RecordIndex

_FOOTER_FOR_CHECKSUM = struct.Struct("<BQQQ")


def summary(index: RecordIndex, *, topics: Sequence[BagTopic], end: int, log_id: str, run: str) -> bytes:
    """Return what closes a file whose data section ends at offset `end`."""
    builder = RecordBuilder()
    DataEnd(data_section_crc=0).write(builder)
    data_end = builder.end()
    start = end + len(data_end)
    schemas, channels = schemas_and_channels(topics)
    groups: list[tuple[Opcode, Sequence[McapRecord]]] = [
        (Opcode.SCHEMA, schemas),
        (Opcode.CHANNEL, channels),
        (Opcode.STATISTICS, [_statistics(index, channel_count=len(channels))]),
        (Opcode.CHUNK_INDEX, _chunk_indexes(index)),
        (Opcode.METADATA_INDEX, [_metadata_index(log_id=log_id, run=run)]),
    ]
    offsets = []
    for opcode, records in groups:
        group_start = builder.count
        for record in records:
            record.write(builder)
        offsets.append(
            SummaryOffset(
                group_opcode=opcode, group_start=start + group_start, group_length=builder.count - group_start
            )
        )
    offsets_start = start + builder.count
    for offset in offsets:
        offset.write(builder)
    body = builder.end()
    checksum = zlib.crc32(_FOOTER_FOR_CHECKSUM.pack(Opcode.FOOTER, 20, start, offsets_start), zlib.crc32(body))
    Footer(summary_start=start, summary_offset_start=offsets_start, summary_crc=checksum).write(builder)
    return data_end + body + builder.end() + MAGIC


def _statistics(index: RecordIndex, *, channel_count: int) -> Statistics:
    return Statistics(
        attachment_count=0,
        channel_count=channel_count,
        channel_message_counts={channel_id(kind): count for kind, count in index.counts.items()},
        chunk_count=len(index),
        message_count=len(index),
        message_end_time=index.last_stamp_ns,
        message_start_time=index.stamps_ns[0] if len(index) else 0,
        metadata_count=1,
        schema_count=channel_count,
    )


def _chunk_indexes(index: RecordIndex) -> list[ChunkIndex]:
    result = []
    for number in range(len(index)):
        begin = index.chunk_offsets[number]
        message_index = index.payload_offsets[number] + index.sizes[number]
        size = message_index - chunk_body_offset(begin)
        result.append(
            ChunkIndex(
                chunk_length=message_index - begin,
                chunk_start_offset=begin,
                compression="",
                compressed_size=size,
                message_end_time=index.stamps_ns[number],
                message_index_length=MESSAGE_INDEX_SIZE,
                message_index_offsets={channel_id(index.kinds[number]): message_index},
                message_start_time=index.stamps_ns[number],
                uncompressed_size=size,
            )
        )
    return result


def _metadata_index(*, log_id: str, run: str) -> MetadataIndex:
    length = len(names_record(log_id=log_id, run=run))
    return MetadataIndex(offset=len(file_header()), length=length, name=METADATA_NAME)
