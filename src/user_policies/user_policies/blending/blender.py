"""What every way to join two chunks promises."""

from __future__ import annotations

from typing import Protocol

from user_core.types import ChunkPrefix, StateArray


class ChunkBlender(Protocol):
    """Joins a new chunk to the one before.

    Attributes:
        conditions: Whether the policy is given the prefix, so as to continue it while it computes.
    """

    conditions: bool

    def blend(self, chunk: StateArray, *, prefix: ChunkPrefix) -> StateArray:
        """Return the chunk (H, A) to send.

        Args:
            chunk: (H, A) as the policy computed it.
            prefix: What the chunk before has for the same steps; at least one.
        """
