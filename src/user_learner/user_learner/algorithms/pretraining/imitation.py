"""Behaviour cloning of the actor."""

from __future__ import annotations

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
    """Features (N, F), the chunks (N, H, A) done from there on, and the weight (N, H) of each step."""

    features: Tensor
    chunk: Tensor
    weight: Tensor

    def picked(self, rows: Tensor) -> Examples:
        """Return some of them."""
        return Examples(features=self.features[rows], chunk=self.chunk[rows], weight=self.weight[rows])


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
    generator = Generator(device=examples.features.device).manual_seed(seed)
    optimiser = Adam(actor.parameters(), lr=config.imitation_learning_rate, fused=True)
    for update in range(1, config.imitation_updates + 1):
        progress.at(what="imitation", update=update, updates=config.imitation_updates)
        picked = torch.from_numpy(rows.integers(len(examples.features), size=config.imitation_batch_size))
        part = examples.picked(picked)
        loss = actor.imitation_loss(part.features, chunk=part.chunk, weight=part.weight, generator=generator)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
