"""B observations as tensors, the same for a policy that acts and a learner that trains."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class ObservationBatch:
    """Observations as they were made; what a policy does not read may be left out.

    Attributes:
        states: (B, S) float32, physical units, in the order of the spec's state groups.
        images: One (B, H, W, 3) uint8 RGB tensor per camera of the spec.
        instructions: B sentences, what the arm is asked to do.
    """

    states: Tensor
    images: tuple[Tensor, ...] = ()
    instructions: tuple[str, ...] = ()
