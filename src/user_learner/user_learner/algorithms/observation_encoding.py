"""From a batch's observations to features: looked up already, or computed by an encoder in training."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Protocol

import torch
from torch import Generator, Tensor, nn

from user_learner.replay.batch import Observations
from user_policies.policies.feature_extractor import FeatureExtractor
from user_policies.policies.observation_batch import ObservationBatch
from user_policies.processing.augmentation import random_shift


class ObservationEncoding(Protocol):
    """Features for critics and actor; `target` follows the encoder as target critics follow critics."""

    target: nn.Module

    def features(self, observations: Observations) -> Tensor:
        """Return (B, F), differentiable where the encoder is trained."""

    def next_features(self, observations: Observations) -> tuple[Tensor, Tensor]:
        """Return (B, F) for the actor and (B, F) for the target critics, without dropout."""

    def parameters(self) -> list[nn.Parameter]:
        """Return what the critic's optimiser trains beside the critics."""


class FrozenEncoding:
    """The batch holds features already; nothing is trained."""

    def __init__(self) -> None:
        """Has a target without parameters."""
        self.target: nn.Module = nn.Identity()

    def features(self, observations: Observations) -> Tensor:
        """Return the features of the batch."""
        if isinstance(observations, ObservationBatch):
            raise TypeError("a frozen encoder takes batches of cached features, not of raw observations")
        return observations

    def next_features(self, observations: Observations) -> tuple[Tensor, Tensor]:
        """Return the features of the batch, which are the same for both."""
        features = self.features(observations)
        return features, features

    def parameters(self) -> list[nn.Parameter]:
        """Return nothing."""
        return []


class TrainedEncoding:
    """The encoder runs on shifted images and learns from the critic's loss (arXiv:2004.13649).

    A target critic was trained on what an earlier encoder saw, so it reads an encoder that is as old as itself.
    """

    def __init__(self, *, extractor: FeatureExtractor, shift_pixels: int, generator: Generator) -> None:
        """Takes the policy's own extractor."""
        self._extractor = extractor
        self.target: nn.Module = copy.deepcopy(extractor).requires_grad_(False)
        self._shift_pixels = shift_pixels
        self._generator = generator

    def features(self, observations: Observations) -> Tensor:
        """Return the encoder's features of shifted images, with dropout."""
        features: Tensor = self._extractor.train()(self._shifted(observations))
        return features

    def next_features(self, observations: Observations) -> tuple[Tensor, Tensor]:
        """Return the features of the encoder and of its target, of the same shifted images."""
        shifted = self._shifted(observations)
        with torch.no_grad():
            return self._extractor.eval()(shifted), self.target.eval()(shifted)

    def parameters(self) -> list[nn.Parameter]:
        """Return the encoder's parameters."""
        return list(self._extractor.parameters())

    def _shifted(self, observations: Observations) -> ObservationBatch:
        if isinstance(observations, Tensor):
            raise TypeError("an encoder in training takes batches of raw observations, not of cached features")
        images = tuple(
            random_shift(image, pixels=self._shift_pixels, generator=self._generator) for image in observations.images
        )
        return replace(observations, images=images)
