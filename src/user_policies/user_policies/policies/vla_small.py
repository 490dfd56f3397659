"""A vision-language-action policy that trains on a CPU: the encoders of `cnn`, words, a small transformer, a flow."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from user_core.spec import EnvironmentSpec
from user_policies.networks.flow_actor import FlowActor
from user_policies.networks.vla_network import VlaNetwork
from user_policies.policies.cnn import CnnPolicy, ImageFeatures
from user_policies.policies.config import PolicyConfig
from user_policies.policies.feature_extractor import FeatureExtractor
from user_policies.policies.observation_batch import ObservationBatch
from user_policies.processing.flat_layout import FlatLayout
from user_policies.processing.instruction_words import word_numbers
from user_policies.processing.known_instructions import KnownInstructions

_VOCABULARY = 2048
"""A power of two: a word's share of it is exact as float32, and about as large as the other features are."""


class VlaFeatures(ImageFeatures):
    """The image features of `cnn`, and before them the words of the instruction as shares of the vocabulary."""

    reads_instructions = True

    def __init__(self, *, spec: EnvironmentSpec, config: PolicyConfig) -> None:
        """Reads every group of the spec but the privileged one, and every camera."""
        super().__init__(spec=spec, config=config)
        self.known_instructions = KnownInstructions()
        cameras, words = len(spec.cameras), config.instruction_words
        goals = 2 * len(config.goal_axes)
        state = self.outputs - goals - cameras * config.encoder_outputs
        self.layout = FlatLayout(
            shapes={
                "words": (words,),
                "state": (state,),
                "views": (cameras, config.encoder_outputs),
                "goals": (goals,),
            }
        )
        self.outputs = self.layout.outputs
        self._words = words

    def from_normalised(self, observations: ObservationBatch, images: Sequence[Tensor]) -> Tensor:
        """Maps observations, and images (B, 3, H, W) that are normalised already, to features (B, F)."""
        seen = super().from_normalised(observations, images)
        words = word_numbers(observations.instructions, length=self._words, vocabulary=_VOCABULARY)
        return torch.cat([words.to(seen) / _VOCABULARY, seen], dim=-1)


class VlaSmallPolicy(CnnPolicy):
    """A flow on images, proprioception and the instruction."""

    def make_features(self, *, spec: EnvironmentSpec, config: PolicyConfig) -> VlaFeatures:
        """Makes the encoders."""
        return VlaFeatures(spec=spec, config=config)

    def make_actor(self, *, spec: EnvironmentSpec, config: PolicyConfig, features: FeatureExtractor) -> FlowActor:
        """Makes transformer and action expert."""
        if not isinstance(features, VlaFeatures):
            raise TypeError(f"vla_small reads VlaFeatures, not {type(features).__name__}")
        network = VlaNetwork(
            layout=features.layout,
            vocabulary=_VOCABULARY,
            horizon=config.horizon,
            actions=spec.action_dim,
            width=config.flow.width,
            layers=config.flow.layers,
            heads=config.flow.heads,
        )
        return FlowActor(
            inputs=features.outputs,
            actions=spec.action_dim,
            config=config.flow,
            horizon=config.horizon,
            network=network,
        )
