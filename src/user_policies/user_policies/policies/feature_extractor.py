"""What turns observations into the features that actor and critics read."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn


class FeatureExtractor(nn.Module):
    """States and images to features; the same module when a policy acts and when a learner fills its cache.

    Attributes:
        outputs: F, number of features.
        state_groups: Names of the state groups that are read.
        reads_images: Whether the images are looked at.
        trained_end_to_end: Whether its weights move during reinforcement learning, so that features cannot be kept.
    """

    outputs: int
    state_groups: tuple[str, ...]
    reads_images: bool = False
    trained_end_to_end: bool = False

    def forward(self, states: Tensor, images: Sequence[Tensor]) -> Tensor:
        """Maps observations to features.

        Args:
            states: (B, S) physical units, in the order of the spec's state groups.
            images: One (B, H, W, 3) uint8 RGB tensor per camera of the spec; empty where they are not read.

        Returns:
            Features (B, F).
        """
        raise NotImplementedError
