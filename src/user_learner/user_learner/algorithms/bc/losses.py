"""Behaviour cloning as pure functions; what is minimised is the actor's own imitation loss."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from user_learner.replay.batch import Batch


def imitated_steps(batch: Batch) -> Tensor:
    """Returns (B, H), 1 for each step that shall be imitated.

    All steps of a demonstration that are there; of a chunk of practice those from its beginning on that a person chose,
    until they let go. So no mistake of the policy is learned from the person who mended it (arXiv:1810.02890), nor, at
    the place of a step after the mistake, what only it made right: from a full hand, to open it and grasp again.
    """
    by_person = batch.by_person | batch.is_demonstration[:, None]  # (B, H)
    return (batch.within & by_person).to(torch.float32).cumprod(dim=1)


def learning_rate(update: int, *, peak: float, warm_up: int, cosine: int) -> float:
    """Returns the step size of an update, counted from 0: a linear rise, then half a cosine (arXiv:1608.03983).

    Args:
        update: Which.
        peak: The largest.
        warm_up: Updates in which it rises.
        cosine: Updates in which it falls to 0; 0 = it stays.
    """
    if update < warm_up:
        return peak * (update + 1) / warm_up
    if not cosine:
        return peak
    passed = min(1.0, (update - warm_up) / cosine)
    return peak * 0.5 * (1.0 + math.cos(math.pi * passed))
