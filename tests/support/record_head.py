"""Who a record is, read from the first bytes of its CDR: spec, transition and episode summary begin alike."""

from __future__ import annotations

import struct


def record_head(payload: bytes) -> tuple[str, int]:
    """Return (source, source_sequence) of an EnvironmentSpec, Transition or EpisodeSummary in little-endian CDR.

    All three begin with `string run`, `string source`, `uint64 source_sequence`, so nothing else has to be decoded,
    and nothing of the packages under test is needed.
    """
    body = memoryview(payload)[4:]
    _, offset = _string(body, 0)
    source, offset = _string(body, offset)
    offset += -offset % 8
    return source, struct.unpack_from("<Q", body, offset)[0]


def _string(body: memoryview, offset: int) -> tuple[str, int]:
    offset += -offset % 4
    (length,) = struct.unpack_from("<I", body, offset)
    begin = offset + 4
    return bytes(body[begin : begin + length - 1]).decode(), begin + length
