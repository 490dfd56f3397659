"""`real_time`: the policy computes a chunk that continues the old one (arXiv:2506.07339)."""

from __future__ import annotations

from user_core.types import ChunkPrefix, StateArray
from user_policies.blending.fading import fade


class RealTimeChunking:
    """The guidance is in `networks.real_time_chunking`; what it leaves is faded out here.

    In a few integration steps it does not lead exactly to the old chunk, whose frozen steps are executed all the same:
    the rest would be a jump behind them.
    """

    conditions = True

    def blend(self, chunk: StateArray, *, prefix: ChunkPrefix) -> StateArray:
        """Return the chunk (H, A), whose frozen steps are exactly those of the old one."""
        return fade(chunk, prefix=prefix)
