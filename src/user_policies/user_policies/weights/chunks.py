"""Weights in pieces small enough that converting one never stalls a control loop (field names as PolicyWeights.msg)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from user_core.errors import InvalidRecordError
from user_policies.weights.payload import WeightsPayload
from user_policies.weights.version import WeightsIdentity, WeightsVersion

CHUNK_BYTES = 60_000
"""One chunk is one UDP datagram: a bigger message is lost as a whole when a receive buffer overflows by a fragment."""
MAX_CHUNKS = 500
"""Of one version, so that two of them fit the readers' history of 1024; larger weights get larger chunks."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightsChunk:
    """One piece of one version; `total_bytes` and `sha256` are those of all pieces together."""

    stamp_ns: int = 0
    run: str
    incarnation: int
    update: int
    name: str
    policy: str
    spec_digest: str
    chunk_index: int
    chunk_count: int
    total_bytes: int
    sha256: str
    payload: NDArray[np.uint8]

    @property
    def identity(self) -> WeightsIdentity:
        """The weights it is a piece of."""
        version = WeightsVersion(incarnation=self.incarnation, update=self.update)
        return WeightsIdentity(version=version, name=self.name)

    def check(self) -> None:
        """Raise InvalidRecordError unless its numbers fit each other."""
        if not 0 <= self.chunk_index < self.chunk_count:
            raise InvalidRecordError(
                what="the index of a chunk of weights", value=self.chunk_index, allowed=f"0 .. {self.chunk_count - 1}"
            )
        if not 0 < self.payload.size <= self.total_bytes:
            raise InvalidRecordError(
                what="the size of a chunk of weights", value=self.payload.size, allowed=f"1 .. {self.total_bytes} bytes"
            )


def chunk_count(payload: WeightsPayload, *, chunk_bytes: int = CHUNK_BYTES) -> int:
    """Return into how many chunks a payload is cut."""
    return -(-len(payload.content) // _chunk_size(payload, chunk_bytes))


def split(payload: WeightsPayload, *, chunk_bytes: int = CHUNK_BYTES, stamp_ns: int = 0) -> Iterator[WeightsChunk]:
    """Cut a payload into chunks, in order.

    Args:
        payload: Header and bytes.
        chunk_bytes: Size of a chunk, if that does not make too many.
        stamp_ns: Wall time of sending.
    """
    content = np.frombuffer(payload.content, np.uint8)
    header = payload.header
    count = chunk_count(payload, chunk_bytes=chunk_bytes)
    size = _chunk_size(payload, chunk_bytes)
    for index in range(count):
        yield WeightsChunk(
            stamp_ns=stamp_ns,
            run=header.run,
            incarnation=header.version.incarnation,
            update=header.version.update,
            name=header.name,
            policy=header.policy,
            spec_digest=header.spec_digest,
            chunk_index=index,
            chunk_count=count,
            total_bytes=len(payload.content),
            sha256=payload.sha256,
            payload=content[index * size : (index + 1) * size],
        )


def _chunk_size(payload: WeightsPayload, chunk_bytes: int) -> int:
    return max(chunk_bytes, -(-len(payload.content) // MAX_CHUNKS))
