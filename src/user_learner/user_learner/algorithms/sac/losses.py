"""The losses of soft actor-critic as pure functions: arXiv:1812.05905."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from user_learner.replay.batch import Batch
from user_policies.shared_batch import mean_over_processes


def subset_minimum(values: Tensor, *, members: Tensor) -> Tensor:
    """Returns the smallest value over some critics, (B,): arXiv:2101.05982, equation 1.

    Args:
        values: (N, B) of all critics.
        members: (M,) indices of the critics to take.
    """
    return values.index_select(0, members).amin(dim=0)  # (N, B) -> (B,)


def value_target(*, reward: Tensor, bootstrap: Tensor, next_value: Tensor, largest: float = math.inf) -> Tensor:
    """Returns y = r + gamma^m · discount · V(s'), (B,): arXiv:1812.05905, equation 8, over m steps.

    Args:
        reward: (B,) summed over the steps.
        bootstrap: (B,) gamma^m times the environment's discounts: 0 after a termination, never after a truncation.
        next_value: (B,) value of the next observation.
        largest: Return that none exceeds; a target above it is an error of the critics, and is cut there.
    """
    return (reward + bootstrap * next_value).clamp(max=largest).detach()


def soft_value(*, value: Tensor, log_density: Tensor, temperature: Tensor) -> Tensor:
    """Returns V(s) = Q(s, a) - alpha · log pi(a|s), (B,): arXiv:1812.05905, equation 3."""
    return value - temperature * log_density


def valued_samples(batch: Batch) -> Tensor:
    """Returns (B,), 1 for each sample that says what its chunk is worth, 0 for one that was cut short.

    Beyond the end of an episode a chunk is laid out with zeros. After a termination nothing is to come, whatever they
    say. Where a chunk was cut short by a time limit, a lost record or the present, zeros are actions that nobody did,
    and the value of where the arm was left is not that of having done them.
    """
    return (batch.within.all(dim=1) | (batch.bootstrap == 0)).to(batch.reward.dtype)


def critic_loss(*, values: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Returns the squared error of all critics: arXiv:1812.05905, equation 5, over the samples that weigh.

    Args:
        values: (N, B).
        target: (B,).
        weight: (B,) share of each sample.
    """
    # Of the whole batch, not of a process's share of it: whoever got more that weigh must count for more.
    weighing = (mean_over_processes(weight.sum()) / len(weight)).clamp(min=torch.finfo(weight.dtype).tiny)
    return ((values - target).square() * weight).mean() / weighing


def actor_loss(*, values: Tensor, log_density: Tensor, temperature: Tensor) -> Tensor:
    """Returns E[alpha · log pi(a|s) - Q(s, a)] with Q the mean of the critics: arXiv:1812.05905, equation 9.

    Args:
        values: (N, B) of all critics at actions drawn from the policy.
        log_density: (B,) of those actions.
        temperature: alpha, a constant here.
    """
    return (temperature.detach() * log_density - values.mean(dim=0)).mean()


def temperature_loss(*, temperature: Tensor, log_density: Tensor, target_entropy: float) -> Tensor:
    """Returns E[-alpha · (log pi(a|s) + target entropy)]: arXiv:1812.05905, equation 18.

    Args:
        temperature: alpha, differentiable.
        log_density: (B,) a constant here.
        target_entropy: Entropy in nats that the policy is kept at.
    """
    return -(temperature * (log_density.detach() + target_entropy)).mean()
