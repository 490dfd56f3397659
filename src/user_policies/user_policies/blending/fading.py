"""From one chunk to the next without a jump."""

from __future__ import annotations

import numpy as np

from user_core.types import ChunkPrefix, StateArray


def fade(chunk: StateArray, *, prefix: ChunkPrefix) -> StateArray:
    """Return the old chunk for the frozen steps, then an average that leads from it to the new one, (H, A)."""
    old = prefix.values[: len(chunk)]  # (R, A)
    share = old_share(overlap=len(old), frozen=prefix.frozen)[:, None]
    faded = chunk.copy()
    faded[: len(old)] = share * old + (1 - share) * chunk[: len(old)]
    return faded


def old_share(*, overlap: int, frozen: int) -> StateArray:
    """Return the weight of the old chunk at each of `overlap` steps, (R,): 1 where frozen, then along a cosine to 0.

    An even slope would be a kink at both of its ends.
    """
    frozen = min(frozen, overlap)
    way = (np.arange(overlap) - frozen + 1).clip(min=0) / (overlap - frozen + 1)
    return (0.5 * (1 + np.cos(np.pi * way))).astype(np.float32)
