"""From a batch's observations to features: looked up already, or computed by an encoder in training."""

from __future__ import annotations

from typing import Protocol

from torch import Generator, Tensor, nn

from user_learner.replay.batch import Observations, RawObservations
from user_policies.policies.feature_extractor import FeatureExtractor
from user_policies.processing.augmentation import random_shift


class ObservationEncoding(Protocol):
    """Features for critics and actor."""

    def features(self, observations: Observations) -> Tensor:
        """Return (B, F), differentiable where the encoder is trained."""

    def parameters(self) -> list[nn.Parameter]:
        """Return what the critic's optimiser trains beside the critics."""


class FrozenEncoding:
    """The batch holds features already; nothing is trained."""

    def features(self, observations: Observations) -> Tensor:
        """Return the features of the batch."""
        if isinstance(observations, RawObservations):
            raise TypeError("a frozen encoder takes batches of cached features, not of raw observations")
        return observations

    def parameters(self) -> list[nn.Parameter]:
        """Return nothing."""
        return []


class TrainedEncoding:
    """The encoder runs on shifted images and learns from the critic's loss (arXiv:2004.13649)."""

    def __init__(self, *, extractor: FeatureExtractor, shift_pixels: int, generator: Generator) -> None:
        """Takes the policy's own extractor."""
        self._extractor = extractor
        self._shift_pixels = shift_pixels
        self._generator = generator

    def features(self, observations: Observations) -> Tensor:
        """Return the encoder's features of shifted images."""
        if isinstance(observations, Tensor):
            raise TypeError("an encoder in training takes batches of raw observations, not of cached features")
        self._extractor.train()
        images = [
            random_shift(image, pixels=self._shift_pixels, generator=self._generator) for image in observations.images
        ]
        features: Tensor = self._extractor(observations.states, images)
        return features

    def parameters(self) -> list[nn.Parameter]:
        """Return the encoder's parameters."""
        return list(self._extractor.parameters())
