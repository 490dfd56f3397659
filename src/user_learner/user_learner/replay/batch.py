"""What one update is made from."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class RawObservations:
    """Observations as they were recorded, for an encoder that is being trained.

    Attributes:
        states: (B, S) float32, physical units.
        images: One (B, H, W, 3) uint8 tensor per camera.
    """

    states: Tensor
    images: tuple[Tensor, ...]


Observations = Tensor | RawObservations
"""Features (B, F) of a frozen extractor, or raw observations."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """B samples; the rewards of n steps are summed already.

    Attributes:
        observation: At step k.
        action: (B, A) executed action at k.
        reward: (B,) sum of gamma^j · reward over the steps k .. k+m-1, m ≤ n.
        bootstrap: (B,) gamma^m times the environment's discounts of those steps: what next_observation's value counts.
        next_observation: At step k+m.
        is_demonstration: (B,) bool, whether the sample was drawn from the demonstrations.
    """

    observation: Observations
    action: Tensor
    reward: Tensor
    bootstrap: Tensor
    next_observation: Observations
    is_demonstration: Tensor
