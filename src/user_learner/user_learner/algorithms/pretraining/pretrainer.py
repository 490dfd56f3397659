"""Pretraining from beginning to end: encoder, features, actor."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from user_core.interfaces import Tensors
from user_learner.algorithms.pretraining.config import PretrainingConfig
from user_learner.algorithms.pretraining.demonstrations import Demonstrations, split_demonstrations
from user_learner.algorithms.pretraining.divergence import refuse_diverged
from user_learner.algorithms.pretraining.encoder import goal_error, pretrain_encoder
from user_learner.algorithms.pretraining.imitation import Examples, imitate
from user_learner.algorithms.pretraining.progress import Progress
from user_learner.memory_shortage import batch_size_named
from user_learner.replay.feature_cache import features_of
from user_learner.replay.memory import SamplingMemory
from user_policies.modules import load_module, module_tensors
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.policies.cnn import ImageFeatures


@dataclass(frozen=True, kw_only=True)
class PretrainingResult:
    """How well it went: on demonstrations that were held out.

    Attributes:
        imitation_loss: Of the actor; NaN where it was not trained.
        goal_error: Mean error of the goal head, metres or radians; NaN where none was trained.
    """

    imitation_loss: float
    goal_error: float


def pretrain(
    policy: ActorPolicy, *, memory: SamplingMemory, config: PretrainingConfig, seed: int, progress: Progress
) -> PretrainingResult:
    """Trains the policy's encoder and actor from the demonstrations in memory; the average follows.

    Args:
        policy: What is trained, in place.
        memory: Holds the demonstrations.
        config: How.
        seed: Of everything that is drawn.
        progress: Reports, and stops.

    Raises:
        PretrainingStopped: When asked to stop.
        PretrainingDivergedError: When it came to numbers that are not finite.
        MemoryShortageError: Naming the batch size of the phase that needs too much.
        ValueError: When there is no successful demonstration.
    """
    extractor = policy.network.features
    axes: tuple[int, ...] = ()
    scale = 1.0
    if isinstance(extractor, ImageFeatures):
        axes, scale = extractor.goal_axes, extractor.goal_scale
    training, validation = split_demonstrations(
        memory,
        horizon=policy.network.actor.horizon,
        validation_share=config.validation_share,
        axes=axes,
        scale=scale,
        seed=seed,
    )
    phases = _Phases(
        policy=policy,
        memory=memory,
        training=training,
        validation=validation,
        config=config,
        seed=seed,
        progress=progress,
    )
    error = math.nan
    if isinstance(extractor, ImageFeatures) and config.encoder_updates:
        error = phases.encoder(extractor)
    loss = phases.imitation() if config.imitation_updates else math.nan
    policy.reset_average()
    return PretrainingResult(imitation_loss=loss, goal_error=error)


def begin_practice(policy: ActorPolicy, *, untrained: Tensors, config: PretrainingConfig) -> None:
    """Gives practice the actor that it begins with: the imitated one with fresh noise, or an untrained one.

    Args:
        policy: Pretrained; changed in place.
        untrained: Its weights as they were before pretraining.
        config: Says which.
    """
    if config.begin_from == "random":
        load_module(policy.network.actor, untrained, prefix="actor.")
    else:
        policy.network.actor.explore_with(config.begin_log_std)
    policy.reset_average()


@dataclass(frozen=True, kw_only=True, eq=False)
class _Phases:
    """What is trained one after the other; each is checked, and names its own settings when it fails."""

    policy: ActorPolicy
    memory: SamplingMemory
    training: Demonstrations
    validation: Demonstrations
    config: PretrainingConfig
    seed: int
    progress: Progress

    def encoder(self, extractor: ImageFeatures) -> float:
        """Trains encoder, goal head and actor together; returns the goal head's error, NaN without one."""
        config, error = self.config, math.nan
        with batch_size_named("pretraining.encoder_batch_size", config.encoder_batch_size), _threads(config.threads):
            pretrain_encoder(
                extractor,
                actor=self.policy.network.actor,
                memory=self.memory,
                training=self.training,
                config=config,
                seed=self.seed,
                device=self.policy.device,
                progress=self.progress,
            )
            if extractor.goal_axes:
                features = self._features(self.validation, rows_at_once=config.encoder_batch_size)
                error = goal_error(extractor, features=features, demonstrations=self.validation)
        self._check(key="pretraining.encoder_learning_rate", learning_rate=config.encoder_learning_rate)
        return error

    def imitation(self) -> float:
        """Trains the actor on features that stay as they are; returns its validation loss."""
        config = self.config
        with batch_size_named("pretraining.imitation_batch_size", config.imitation_batch_size):
            loss = imitate(
                self.policy.network.actor,
                training=self._examples(self.training),
                validation=self._examples(self.validation),
                config=config,
                seed=self.seed,
                progress=self.progress,
            )
        self._check(key="pretraining.imitation_learning_rate", learning_rate=config.imitation_learning_rate)
        return loss

    def _features(self, demonstrations: Demonstrations, *, rows_at_once: int) -> Tensor:
        return features_of(
            self.policy.network.features,
            memory=self.memory,
            rows=demonstrations.rows,
            rows_at_once=rows_at_once,
            device=self.policy.device,
        )

    def _examples(self, demonstrations: Demonstrations) -> Examples:
        features = self._features(demonstrations, rows_at_once=self.config.imitation_batch_size)
        return Examples(
            features=features,
            chunk=demonstrations.actions.to(features.device),
            weight=demonstrations.within.to(features.device),
        )

    def _check(self, *, key: str, learning_rate: float) -> None:
        refuse_diverged(module_tensors(self.policy.network, prefix=""), key=key, learning_rate=learning_rate)


@contextmanager
def _threads(number: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
