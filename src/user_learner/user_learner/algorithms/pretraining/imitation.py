"""Behaviour cloning of the actor, kept at its best validation loss."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.optim import Adam

from user_learner.algorithms.pretraining.config import PretrainingConfig
from user_learner.algorithms.pretraining.progress import Progress
from user_policies.networks.actor import Actor


@dataclass(frozen=True, kw_only=True, eq=False)
class Examples:
    """Features (N, F) and the actions (N, A) done there."""

    features: Tensor
    actions: Tensor


@dataclass(frozen=True, kw_only=True)
class ImitationResult:
    """What came out: the validation loss that was kept, and the update it was reached at."""

    validation_loss: float
    best_update: int


def imitation_loss(actor: Actor, examples: Examples) -> Tensor:
    """Returns the mean squared error of the actor's mode: arXiv:1011.0686, section 2 with a squared loss."""
    return functional.mse_loss(actor(examples.features).mode(), examples.actions)


def imitate(
    actor: Actor,
    *,
    training: Examples,
    validation: Examples,
    config: PretrainingConfig,
    seed: int,
    progress: Progress,
) -> ImitationResult:
    """Trains the actor in place for all configured updates, and leaves it as it was at its best validation loss.

    Args:
        actor: What is trained.
        training: What is imitated.
        validation: Steps of other demonstrations.
        config: Updates, batch, step size.
        seed: Of the batches.
        progress: Reports, and stops.

    Raises:
        PretrainingStopped: When asked to stop.
    """
    rows = np.random.default_rng(seed)
    optimiser = Adam(actor.parameters(), lr=config.imitation_learning_rate, fused=True)
    best = ImitationResult(validation_loss=_loss_of(actor, validation), best_update=0)
    best_actor = copy.deepcopy(actor.state_dict())
    for update in range(1, config.imitation_updates + 1):
        progress.at(what="imitation", update=update, updates=config.imitation_updates)
        picked = torch.from_numpy(rows.integers(len(training.features), size=config.imitation_batch_size))
        batch = Examples(features=training.features[picked], actions=training.actions[picked])
        loss = imitation_loss(actor, batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if update % config.validate_every == 0 or update == config.imitation_updates:
            validation_loss = _loss_of(actor, validation)
            if validation_loss < best.validation_loss:
                best = ImitationResult(validation_loss=validation_loss, best_update=update)
                best_actor = copy.deepcopy(actor.state_dict())
    actor.load_state_dict(best_actor)
    return best


def _loss_of(actor: Actor, examples: Examples) -> float:
    with torch.no_grad():
        return float(imitation_loss(actor, examples))
