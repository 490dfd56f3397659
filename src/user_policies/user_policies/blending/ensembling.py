"""`ensembling`: where two chunks overlap, their average is acted on (arXiv:2304.13705, section IV-B)."""

from __future__ import annotations

import numpy as np

from user_core.types import ChunkPrefix, StateArray


class Ensembling:
    """Averages over the overlap, with a weight of the old chunk that falls evenly from 1 to 0.

    The paper computes a chunk at every step and averages all that cover it with exponential weights. Here a chunk is
    computed only as the last one runs out, and the last one sent is such an average itself; fixed weights would jump
    where the new chunk sets in.
    """

    conditions = False

    def blend(self, chunk: StateArray, *, prefix: ChunkPrefix) -> StateArray:
        """Return the old chunk for the frozen steps, then the average, then the new chunk, (H, A)."""
        old = prefix.values[: len(chunk)]  # (R, A)
        blended = chunk.copy()
        share = old_share(overlap=len(old), frozen=prefix.frozen)[:, None]
        blended[: len(old)] = share * old + (1 - share) * chunk[: len(old)]
        return blended


def old_share(*, overlap: int, frozen: int) -> StateArray:
    """Return the weight of the old chunk at each of `overlap` steps, (R,): 1 at the frozen ones, then evenly to 0."""
    steps = np.arange(overlap)
    return np.clip((overlap - steps) / (overlap - min(frozen, overlap) + 1), 0, 1, dtype=np.float32) * (
        steps >= frozen
    ) + (steps < frozen)
