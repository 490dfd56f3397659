"""Behaviour cloning of the actor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor
from torch.optim import Adam

from user_learner.algorithms.pretraining.config import PretrainingConfig
from user_learner.algorithms.pretraining.progress import Progress
from user_policies.networks.actor import Actor


@dataclass(frozen=True, kw_only=True, eq=False)
class Examples:
    """N observations of demonstrations, and what was done there.

    Attributes:
        features: Returns the features (B, F) of B of them.
        chunk: (N, H, A), what was done from there on.
        weight: (N, H) of each step.
    """

    features: Callable[[Tensor], Tensor]
    chunk: Tensor
    weight: Tensor


def imitate(
    actor: Actor,
    *,
    examples: Examples,
    config: PretrainingConfig,
    seed: int,
    progress: Progress,
) -> None:
    """Trains the actor in place for all configured updates.

    Nothing is held out to choose between them: of a few demonstrations the validation loss rises long before success
    falls, and one demonstration more teaches more than the choice would.

    Args:
        actor: What is trained.
        examples: What is imitated.
        config: Updates, batch, step size.
        seed: Of the batches.
        progress: Reports, and stops.

    Raises:
        PretrainingStopped: When asked to stop.
    """
    rows = np.random.default_rng(seed)
    generator = Generator(device=examples.chunk.device).manual_seed(seed)
    optimiser = Adam(actor.parameters(), lr=config.imitation_learning_rate, fused=True)
    for update in range(1, config.imitation_updates + 1):
        progress.at(what="imitation", update=update, updates=config.imitation_updates)
        picked = torch.from_numpy(rows.integers(len(examples.chunk), size=config.imitation_batch_size))
        loss = actor.imitation_loss(
            examples.features(picked),
            chunk=examples.chunk[picked],
            weight=examples.weight[picked],
            generator=generator,
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
