"""Pretraining from beginning to end: encoder, features, actor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from user_core.interfaces import Tensors
from user_learner.algorithms.pretraining.config import PretrainingConfig
from user_learner.algorithms.pretraining.demonstrations import Demonstrations, split_demonstrations
from user_learner.algorithms.pretraining.encoder import goal_error, pretrain_encoder
from user_learner.algorithms.pretraining.imitation import Examples, ImitationResult, imitate
from user_learner.algorithms.pretraining.progress import Progress
from user_learner.replay.feature_cache import FeatureCache
from user_learner.replay.memory import SamplingMemory
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.policies.cnn import ImageFeatures
from user_policies.tensors import load_module


@dataclass(frozen=True, kw_only=True)
class PretrainingResult:
    """How well it went: on demonstrations that were held out.

    Attributes:
        imitation: Of the actor.
        goal_error: Mean error of the goal head, metres or radians; NaN without one.
    """

    imitation: ImitationResult
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
    if isinstance(extractor, ImageFeatures):
        with _threads(config.threads):
            pretrain_encoder(
                extractor,
                actor=policy.network.actor,
                memory=memory,
                training=training,
                config=config,
                seed=seed,
                device=policy.device,
                progress=progress,
            )
    cache = FeatureCache(memory=memory, extractor=extractor, device=policy.device)
    result = imitate(
        policy.network.actor,
        training=_examples(cache, training),
        validation=_examples(cache, validation),
        config=config,
        seed=seed,
        progress=progress,
    )
    policy.reset_average()
    error = float("nan")
    if isinstance(extractor, ImageFeatures) and axes:
        error = goal_error(extractor, features=cache.gather(validation.rows), demonstrations=validation)
    return PretrainingResult(imitation=result, goal_error=error)


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


def _examples(cache: FeatureCache, demonstrations: Demonstrations) -> Examples:
    features = cache.gather(demonstrations.rows)
    return Examples(
        features=features,
        chunk=demonstrations.actions.to(features.device),
        weight=demonstrations.within.to(features.device),
    )


@contextmanager
def _threads(number: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
