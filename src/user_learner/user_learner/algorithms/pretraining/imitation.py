"""Behaviour cloning of the actor."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor
from torch.optim import Adam

from user_learner.algorithms.pretraining.config import PretrainingConfig
from user_learner.algorithms.pretraining.divergence import PretrainingDivergedError
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


def imitation_loss(actor: Actor, examples: Examples, *, generator: Generator | None = None) -> Tensor:
    """Returns the actor's own imitation loss on the examples."""
    return actor.imitation_loss(examples.features, chunk=examples.chunk, weight=examples.weight, generator=generator)


def imitate(
    actor: Actor,
    *,
    training: Examples,
    validation: Examples,
    config: PretrainingConfig,
    seed: int,
    progress: Progress,
) -> float:
    """Trains the actor in place for all configured updates.

    The last weights are kept, and not those of the best validation loss: from a few demonstrations that loss rises long
    before success falls.

    Args:
        actor: What is trained.
        training: What is imitated.
        validation: Steps of other demonstrations.
        config: Updates, batch, step size.
        seed: Of the batches.
        progress: Reports, and stops.

    Returns:
        The validation loss in the end.

    Raises:
        PretrainingStopped: When asked to stop.
        PretrainingDivergedError: When the validation loss is not finite.
    """
    rows = np.random.default_rng(seed)
    generator = Generator(device=training.features.device).manual_seed(seed)
    optimiser = Adam(actor.parameters(), lr=config.imitation_learning_rate, fused=True)
    for update in range(1, config.imitation_updates + 1):
        progress.at(what="imitation", update=update, updates=config.imitation_updates)
        picked = torch.from_numpy(rows.integers(len(training.features), size=config.imitation_batch_size))
        loss = imitation_loss(actor, training.picked(picked), generator=generator)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    validation_loss = _loss_of(actor, validation, config=config)
    if not math.isfinite(validation_loss):
        raise PretrainingDivergedError(
            what=f"the validation loss of imitation is {validation_loss}",
            key="pretraining.imitation_learning_rate",
            learning_rate=config.imitation_learning_rate,
        )
    return validation_loss


def _loss_of(actor: Actor, examples: Examples, *, config: PretrainingConfig) -> float:
    """Return the loss with noise that is the same each time, so that two of them can be compared."""
    generator = Generator(device=examples.features.device).manual_seed(0)
    total = steps = 0.0
    with torch.no_grad():
        for rows in torch.arange(len(examples.features)).split(config.imitation_batch_size):
            part = examples.picked(rows)
            part_steps = float(part.weight.sum())  # a batch's loss is the mean over its own steps
            total += part_steps * float(imitation_loss(actor, part, generator=generator))
            steps += part_steps
    return total / steps
