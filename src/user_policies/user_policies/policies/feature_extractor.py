"""What turns observations into the features that actor and critics read."""

from __future__ import annotations

from torch import Tensor, nn

from user_policies.policies.observation_batch import ObservationBatch
from user_policies.processing.known_instructions import KnownInstructions


class FeatureExtractor(nn.Module):
    """Observations to features; the same module when a policy acts and when a learner fills its cache.

    Attributes:
        outputs: F, number of features.
        state_groups: Names of the state groups that are read.
        reads_images: Whether the images are looked at.
        reads_instructions: Whether the instruction is; then `known_instructions` holds those that it was trained on.
        trained_end_to_end: Whether its weights move during reinforcement learning, so that features cannot be kept.
    """

    outputs: int
    state_groups: tuple[str, ...]
    reads_images: bool = False
    reads_instructions: bool = False
    known_instructions: KnownInstructions
    trained_end_to_end: bool = False

    def forward(self, observations: ObservationBatch) -> Tensor:
        """Maps B observations to features (B, F)."""
        raise NotImplementedError

    @property
    def summary_outputs(self) -> int:
        """Returns G, how many numbers are in a summary."""
        return self.outputs

    def summary(self, features: Tensor) -> Tensor:
        """Returns what small networks beside the actor read of features (B, F): (B, G), unless they are many all."""
        return features
