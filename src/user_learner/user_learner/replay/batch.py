"""What one update is made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor

from user_policies.policies.observation_batch import ObservationBatch

Observations = Tensor | ObservationBatch
"""Features (B, F) of a frozen extractor, or observations as they were recorded, for an encoder that is trained."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """B samples; the rewards of n steps are summed already.

    Attributes:
        observation: At step k.
        action: (B, H, A) executed actions from k on, zero beyond the end of the episode.
        within: (B, H) bool, whether the episode has that step.
        by_person: (B, H) bool, whether a person chose that action.
        reward: (B,) sum of gamma^j · reward over the steps k .. k+m-1, m ≤ n.
        bootstrap: (B,) gamma^m times the environment's discounts of those steps: what next_observation's value counts.
        next_observation: At step k+m.
        is_demonstration: (B,) bool, whether the sample was drawn from the demonstrations.
    """

    observation: Observations
    action: Tensor
    within: Tensor
    by_person: Tensor
    reward: Tensor
    bootstrap: Tensor
    next_observation: Observations
    is_demonstration: Tensor

    def __len__(self) -> int:
        """Return B."""
        return len(self.action)

    def rows(self, wanted: slice) -> Batch:
        """Return some of the samples."""
        parts: dict[str, Any] = {name: _rows(part, wanted) for name, part in vars(self).items()}
        return Batch(**parts)


def _rows(part: Observations, wanted: slice) -> Observations:
    if isinstance(part, Tensor):
        return part[wanted]
    images = tuple(image[wanted] for image in part.images)
    return replace(part, states=part.states[wanted], images=images, instructions=part.instructions[wanted])
