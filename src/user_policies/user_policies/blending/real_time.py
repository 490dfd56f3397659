"""`real_time`: the policy computes a chunk that continues the old one (arXiv:2506.07339)."""

from __future__ import annotations

from user_core.types import ChunkPrefix, StateArray


class RealTimeChunking:
    """The guidance is in `networks.real_time_chunking`; it leaves a rest in the steps that must not change at all."""

    conditions = True

    def blend(self, chunk: StateArray, *, prefix: ChunkPrefix) -> StateArray:
        """Return the chunk (H, A) with the frozen steps as they are in the old one: they are being executed."""
        frozen = min(prefix.frozen, len(prefix.values), len(chunk))
        continued = chunk.copy()
        continued[:frozen] = prefix.values[:frozen]
        return continued
