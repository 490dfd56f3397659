from __future__ import annotations

import dataclasses

from tests.support.weights_samples import make_payload
from user_policies.weights.chunks import CHUNK_BYTES, MAX_CHUNKS, chunk_count, split


def test_chunks_put_together_are_the_payload() -> None:
    payload = make_payload()
    chunks = list(split(payload, chunk_bytes=64))
    assert len(chunks) == chunk_count(payload, chunk_bytes=64)
    assert b"".join(chunk.payload.tobytes() for chunk in chunks) == payload.content
    assert {chunk.payload.size for chunk in chunks[:-1]} == {64}


def test_large_weights_get_larger_chunks_instead_of_too_many() -> None:
    large = dataclasses.replace(make_payload(), content=bytes(3 * CHUNK_BYTES * MAX_CHUNKS))
    assert chunk_count(large) == MAX_CHUNKS
    assert sum(chunk.payload.size for chunk in split(large)) == len(large.content)


def test_a_chunk_of_ordinary_weights_is_one_datagram() -> None:
    ordinary = dataclasses.replace(make_payload(), content=bytes(900_000))
    assert max(chunk.payload.size for chunk in split(ordinary)) <= 64_000
