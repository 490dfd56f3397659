"""What RLPD may add to SAC's actor loss: imitation of the demonstrated part of a batch."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from user_learner.replay.batch import Batch
from user_policies.networks.actor import Actor


def cloning_loss(actor: Actor, *, features: Tensor, batch: Batch, generator: Generator | None = None) -> Tensor:
    """Returns the actor's own imitation loss where the batch is demonstration: arXiv:2106.06860, equation 3, term 2.

    Critics that have seen little value what nobody has tried; this holds the actor at what is known to work until they
    know better. With own successes among the demonstrations it pulls towards the newest of them as well.

    Args:
        actor: What is trained.
        features: (B, F) of the batch's observations.
        batch: Says what was done there, and which samples are demonstrations.
        generator: Source of the noise, where the actor needs any.
    """
    chosen = batch.is_demonstration
    return actor.imitation_loss(
        features[chosen],
        chunk=batch.action[chosen].clamp(-1, 1),
        weight=cloned_steps(batch)[chosen].to(features.dtype),
        generator=generator,
    )


def cloned_steps(batch: Batch) -> Tensor:
    """Returns (B, H), 1 for each step from a chunk's beginning on until its hands change.

    After a person's correction comes the policy again, perhaps with the next mistake; in an own success a correction
    answers to a mistake before it.
    """
    same_hands = batch.by_person == batch.by_person[:, :1]
    return (batch.within & same_hands).to(torch.float32).cumprod(dim=1)
