"""From a batch's observations to features: looked up already, or computed by an encoder in training."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Protocol

import torch
from torch import Generator, Tensor, nn

from user_learner.replay.batch import Observations
from user_policies.networks.shared_dropout import dropout_from
from user_policies.policies.feature_extractor import FeatureExtractor
from user_policies.policies.observation_batch import ObservationBatch
from user_policies.processing.augmentation import random_shift


class ObservationEncoding(Protocol):
    """Features for actor, critics and whoever only looks."""

    def features(self, observations: Observations) -> Tensor:
        """Return (B, F) to learn from, differentiable where the encoder is trained."""

    def evaluate(self, observations: Observations) -> Tensor:
        """Return (B, F) of what was observed as it was: a constant, without dropout, and no random number is drawn."""

    def make_target(self) -> nn.Module:
        """Return a copy that follows the encoder as target critics follow critics; nothing without an encoder."""

    def next_features(self, observations: Observations, *, target: nn.Module) -> tuple[Tensor, Tensor]:
        """Return (B, F) for the actor and (B, F) of the target for the target critics, without dropout."""

    def parameters(self) -> list[nn.Parameter]:
        """Return what is trained beside critics and actor."""


class FrozenEncoding:
    """The batch holds features already; nothing is trained."""

    def features(self, observations: Observations) -> Tensor:
        """Return the features of the batch."""
        if isinstance(observations, ObservationBatch):
            raise TypeError("a frozen encoder takes batches of cached features, not of raw observations")
        return observations

    def evaluate(self, observations: Observations) -> Tensor:
        """Return the features of the batch."""
        return self.features(observations)

    def make_target(self) -> nn.Module:
        """Return a module without parameters."""
        return nn.Identity()

    def next_features(self, observations: Observations, *, target: nn.Module) -> tuple[Tensor, Tensor]:
        """Return the features of the batch, which are the same for both."""
        features = self.features(observations)
        return features, features

    def parameters(self) -> list[nn.Parameter]:
        """Return nothing."""
        return []


class TrainedEncoding:
    """The encoder runs on shifted images and learns from the loss of what reads it (arXiv:2004.13649).

    A target critic was trained on what an earlier encoder saw, so it reads an encoder that is as old as itself.
    """

    def __init__(self, *, extractor: FeatureExtractor, shift_pixels: int, generator: Generator) -> None:
        """Takes the policy's own extractor."""
        self._extractor = extractor
        self._shift_pixels = shift_pixels
        self._generator = generator

    def features(self, observations: Observations) -> Tensor:
        """Return the encoder's features of shifted images, with dropout."""
        with dropout_from(self._generator):
            features: Tensor = self._extractor.train()(self._shifted(observations))
        return features

    def evaluate(self, observations: Observations) -> Tensor:
        """Return the encoder's features of the images themselves.

        The generator is left alone: under torchrun it is one stream for all processes, and only the leader may look.
        """
        with torch.no_grad():
            features: Tensor = self._extractor.eval()(_raw(observations))
        return features

    def make_target(self) -> nn.Module:
        """Return a copy of the encoder as it is now."""
        return copy.deepcopy(self._extractor).requires_grad_(False)

    def next_features(self, observations: Observations, *, target: nn.Module) -> tuple[Tensor, Tensor]:
        """Return the features of the encoder and of its target, of the same shifted images."""
        shifted = self._shifted(observations)
        with torch.no_grad():
            return self._extractor.eval()(shifted), target.eval()(shifted)

    def parameters(self) -> list[nn.Parameter]:
        """Return the encoder's parameters."""
        return list(self._extractor.parameters())

    def _shifted(self, observations: Observations) -> ObservationBatch:
        raw = _raw(observations)
        images = tuple(
            random_shift(image, pixels=self._shift_pixels, generator=self._generator) for image in raw.images
        )
        return replace(raw, images=images)


def make_encoding(extractor: FeatureExtractor, *, shift_pixels: int, generator: Generator) -> ObservationEncoding:
    """Return what a policy's extractor asks for: cached features, or itself in training.

    Args:
        extractor: The policy's own.
        shift_pixels: Largest random shift of images in training.
        generator: Of the shifts.
    """
    if not extractor.trained_end_to_end:
        return FrozenEncoding()
    return TrainedEncoding(extractor=extractor, shift_pixels=shift_pixels, generator=generator)


def _raw(observations: Observations) -> ObservationBatch:
    if isinstance(observations, Tensor):
        raise TypeError("an encoder in training takes batches of raw observations, not of cached features")
    return observations
