"""pi0 as a policy: nothing is computed of an observation but what the model is given, laid flat."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from user_core.errors import ConfigurationError
from user_core.spec import PRIVILEGED_GROUP, EnvironmentSpec
from user_policies.networks.pi0_actor import Pi0Actor
from user_policies.networks.pi0_model import PADDED, SIZES, WHERE, Pi0Size, make_pi0
from user_policies.networks.pi0_tokenizer import load_tokenizer
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.policies.config import PolicyConfig
from user_policies.policies.feature_extractor import FeatureExtractor
from user_policies.policies.observation_batch import ObservationBatch
from user_policies.processing.flat_layout import FlatLayout
from user_policies.processing.instruction_words import word_numbers
from user_policies.processing.known_instructions import KnownInstructions
from user_policies.processing.square_image import square_image
from user_policies.processing.state_input import StateInput

Tokenizer = Callable[[Sequence[str]], Tensor]
_SUMMARY_SIDE = 8
"""Pixels on a side of an image in a summary."""


class Pi0Features(FeatureExtractor):
    """Resized images, padded state and word numbers, laid flat: features that are not worth keeping."""

    reads_images = True
    reads_instructions = True
    trained_end_to_end = True

    def __init__(self, *, spec: EnvironmentSpec, config: PolicyConfig) -> None:
        """Reads every group of the spec but the privileged one, and every camera.

        Raises:
            ConfigurationError: When the environment has no camera, or more numbers than the model takes.
        """
        super().__init__()
        self.state_groups = tuple(group.name for group in spec.state_groups if group.name != PRIVILEGED_GROUP)
        self._state = StateInput(spec=spec, groups=self.state_groups)
        _refuse_what_does_not_fit(spec, state=self._state.outputs)
        self.known_instructions = KnownInstructions()
        self._size = SIZES[config.size]
        self._tokenizer = _make_tokenizer(self._size, config)
        side = self._size.image_size
        self.layout = FlatLayout(
            shapes={"pixels": (len(spec.cameras), 3, side, side), "state": (PADDED,), "words": (self._size.words,)}
        )
        self.outputs = self.layout.outputs

    def forward(self, observations: ObservationBatch) -> Tensor:
        """Lays observations flat, (B, F)."""
        state = self._state(observations.states)
        side = self._size.image_size
        return self.layout.pack(
            pixels=torch.stack([square_image(image, size=side) for image in observations.images], dim=1),
            state=torch.nn.functional.pad(state, (0, PADDED - state.shape[1])),
            # As shares of the vocabulary, as large as all else, so that whoever reads features sees the pixels too.
            words=self._tokenizer(observations.instructions).to(state) / self._size.image_token,
        )

    @property
    def summary_outputs(self) -> int:
        """Returns G, how many numbers are in a summary."""
        cameras, colours, _, _ = self.layout.shapes["pixels"]
        return cameras * colours * _SUMMARY_SIDE**2 + PADDED + self._size.words

    def summary(self, features: Tensor) -> Tensor:
        """Returns state, words and coarse images, (B, G): a hundredth of the features, which are mostly pixels."""
        parts = self.layout.unpack(features)
        coarse = torch.nn.functional.adaptive_avg_pool2d(parts["pixels"].flatten(1, 2), _SUMMARY_SIDE)
        return torch.cat([coarse.flatten(1), parts["state"], parts["words"]], dim=1)


class Pi0Policy(ActorPolicy):
    """A vision-language-action model; of its weights only those that train are sent and kept."""

    def make_features(self, *, spec: EnvironmentSpec, config: PolicyConfig) -> Pi0Features:
        """Makes what lays observations flat."""
        return Pi0Features(spec=spec, config=config)

    def make_actor(self, *, spec: EnvironmentSpec, config: PolicyConfig, features: FeatureExtractor) -> Pi0Actor:
        """Makes the model, or takes another copy of the one that this process has."""
        if not isinstance(features, Pi0Features):
            raise TypeError(f"pi0 reads Pi0Features, not {type(features).__name__}")
        model = make_pi0(
            size=config.size,
            horizon=config.horizon,
            weights=config.weights,
            trainable=config.trainable,
            rank=config.lora_rank,
            device=self.device,
        )
        return Pi0Actor(
            model=model,
            layout=features.layout,
            image_token=SIZES[config.size].image_token,
            horizon=config.horizon,
            actions=spec.action_dim,
            flow=config.flow,
        )


def _make_tokenizer(size: Pi0Size, config: PolicyConfig) -> Tokenizer:
    if not size.own_words:
        return load_tokenizer(config.weights, length=size.words)
    return lambda texts: word_numbers(texts, length=size.words, vocabulary=size.vocabulary)


def _refuse_what_does_not_fit(spec: EnvironmentSpec, *, state: int) -> None:
    if not spec.cameras:
        raise ConfigurationError(
            key="policy.name",
            value="pi0",
            allowed="a policy without cameras: the environment has none",
            where="the launch argument policy, or the cameras in the robot's params file",
        )
    if state > PADDED or spec.action_dim > PADDED:
        raise ConfigurationError(
            key="policy.name",
            value="pi0",
            allowed=f"at most {PADDED} numbers of state and of action; here there are {state} and {spec.action_dim}",
            where="state.groups and action.names of environment_node, or " + WHERE,
        )
