"""Payloads and chunks of weights."""

from __future__ import annotations

import numpy as np

from user_policies.weights.chunks import WeightsChunk, split
from user_policies.weights.payload import WeightsPayload, pack
from user_policies.weights.version import WeightsVersion

RUN = "11111111-2222-3333-4444-555555555555"
SPEC_DIGEST = "d" * 64


def make_payload(
    *, incarnation: int = 1, update: int = 32, name: str = "", run: str = RUN, spec_digest: str = SPEC_DIGEST
) -> WeightsPayload:
    """Weights whose numbers depend on their version."""
    tensors = {
        "actor.weight": np.full((20, 5), update, np.float32),
        "actor.bias": np.arange(5, dtype=np.float32) + incarnation,
        "scale": np.array(0.5, np.float32),
    }
    version = WeightsVersion(incarnation=incarnation, update=update)
    return pack(tensors, run=run, version=version, name=name, policy="mlp", spec_digest=spec_digest)


def make_chunks(payload: WeightsPayload, *, chunk_bytes: int = 100) -> list[WeightsChunk]:
    """The payload in small chunks."""
    return list(split(payload, chunk_bytes=chunk_bytes))
