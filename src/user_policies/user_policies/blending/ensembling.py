"""`ensembling`: where two chunks overlap, their average is acted on (arXiv:2304.13705, section IV-B)."""

from __future__ import annotations

from user_core.types import ChunkPrefix, StateArray
from user_policies.blending.fading import fade


class Ensembling:
    """Averages over the overlap, with a weight of the old chunk that falls from 1 to 0.

    The paper computes a chunk at every step and averages all that cover it, with fixed weights. Here one is computed
    only as the last one runs out, where fixed weights would jump; and the last one sent is such an average itself.
    """

    conditions = False

    def blend(self, chunk: StateArray, *, prefix: ChunkPrefix) -> StateArray:
        """Return the old chunk for the frozen steps, then the average, then the new chunk, (H, A)."""
        return fade(chunk, prefix=prefix)
