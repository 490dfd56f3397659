"""Pretraining from beginning to end: encoder, features, actor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from user_core.interfaces import Tensors
from user_learner.algorithms.pretraining.config import PretrainingConfig
from user_learner.algorithms.pretraining.demonstrations import Demonstrations, successful_demonstrations
from user_learner.algorithms.pretraining.divergence import refuse_diverged
from user_learner.algorithms.pretraining.encoder import pretrain_encoder
from user_learner.algorithms.pretraining.imitation import Examples, imitate
from user_learner.algorithms.pretraining.progress import Progress
from user_learner.memory_shortage import batch_size_named
from user_learner.replay.feature_cache import features_of
from user_learner.replay.memory import SamplingMemory
from user_policies.modules import load_module, module_tensors
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.policies.cnn import ImageFeatures

_MOST_KEPT = 2**26
"""Numbers, a quarter of a gigabyte: pi0's features are its images, a hundred thousand numbers in each row."""


def pretrain(
    policy: ActorPolicy, *, memory: SamplingMemory, config: PretrainingConfig, seed: int, progress: Progress
) -> None:
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
    demonstrations = successful_demonstrations(memory, horizon=policy.network.actor.horizon, axes=axes, scale=scale)
    phases = _Phases(
        policy=policy,
        memory=memory,
        demonstrations=demonstrations,
        config=config,
        seed=seed,
        progress=progress,
    )
    if isinstance(extractor, ImageFeatures) and config.encoder_updates:
        phases.encoder(extractor)
    if config.imitation_updates:
        phases.imitation()
    policy.reset_average()


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
    demonstrations: Demonstrations
    config: PretrainingConfig
    seed: int
    progress: Progress

    def encoder(self, extractor: ImageFeatures) -> None:
        """Trains encoder, goal head and actor together."""
        config = self.config
        with batch_size_named("pretraining.encoder_batch_size", config.encoder_batch_size), _threads(config.threads):
            pretrain_encoder(
                extractor,
                actor=self.policy.network.actor,
                memory=self.memory,
                demonstrations=self.demonstrations,
                config=config,
                seed=self.seed,
                device=self.policy.device,
                progress=self.progress,
            )
        self._check(key="pretraining.encoder_learning_rate", learning_rate=config.encoder_learning_rate)

    def imitation(self) -> None:
        """Trains the actor on features that stay as they are."""
        config = self.config
        with batch_size_named("pretraining.imitation_batch_size", config.imitation_batch_size):
            imitate(
                self.policy.network.actor,
                examples=self._examples(),
                config=config,
                seed=self.seed,
                progress=self.progress,
            )
        self._check(key="pretraining.imitation_learning_rate", learning_rate=config.imitation_learning_rate)

    def _examples(self) -> Examples:
        """Return features that are computed once, unless they are as large as images."""
        rows, device = self.demonstrations.rows, self.policy.device
        few = len(rows) * self.policy.network.features.outputs <= _MOST_KEPT
        kept = self._features(rows) if few else None
        return Examples(
            features=lambda picked: self._features(rows[picked.numpy()]) if kept is None else kept[picked],
            chunk=self.demonstrations.actions.to(device),
            weight=self.demonstrations.within.to(device),
        )

    def _features(self, rows: NDArray[np.int64]) -> Tensor:
        return features_of(
            self.policy.network.features,
            memory=self.memory,
            rows=rows,
            rows_at_once=self.config.imitation_batch_size,
            device=self.policy.device,
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
