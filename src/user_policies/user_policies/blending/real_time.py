"""`real_time`: the policy computes a chunk that continues the old one (arXiv:2506.07339)."""

from __future__ import annotations

from user_core.types import ChunkPrefix, StateArray
from user_policies.networks.real_time_chunking import soft_mask


class RealTimeChunking:
    """The guidance is in `networks.real_time_chunking`; what it leaves is faded out here.

    In a few integration steps it does not lead exactly to the old chunk. The paper executes the frozen steps of the old
    one all the same, so that the rest would be a jump behind them; the mask of the guidance spreads it.
    """

    conditions = True

    def blend(self, chunk: StateArray, *, prefix: ChunkPrefix) -> StateArray:
        """Return the chunk (H, A), whose frozen steps are exactly those of the old one."""
        old = prefix.values[: len(chunk)]  # (R, A)
        overlap = len(old)
        weight = soft_mask(horizon=overlap, overlap=overlap, frozen=min(prefix.frozen, overlap)).numpy()[:, None]
        continued = chunk.copy()
        continued[:overlap] = weight * old + (1 - weight) * chunk[:overlap]
        return continued
