"""`none`: a new chunk replaces the old one as it is."""

from __future__ import annotations

from user_core.types import ChunkPrefix, StateArray


class Replacement:
    """Nothing is blended: where two chunks disagree, the arm jumps from one to the other."""

    conditions = False

    def blend(self, chunk: StateArray, *, prefix: ChunkPrefix) -> StateArray:
        """Return the chunk (H, A) unchanged."""
        return chunk
