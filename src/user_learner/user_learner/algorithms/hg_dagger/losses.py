"""The doubt of HG-DAgger as pure functions: arXiv:1810.02890, section III."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from user_policies.shared_batch import mean_over_processes

_LATEST_SHARE = 0.25


def doubt(actions: Tensor) -> Tensor:
    """Returns d = ||diag(C)||, (B,): the norm of the variances of the members' actions.

    Args:
        actions: (M, B, A) what each of M members would do.
    """
    variance = actions.var(dim=0, unbiased=True)  # (M, B, A) -> (B, A)
    return variance.norm(dim=-1)


def doubt_threshold(doubts: Sequence[float]) -> float:
    """Returns tau, the mean doubt over the last quarter of the take-overs' beginnings; NaN without one.

    Args:
        doubts: Of the observations at which a person took over, in order.
    """
    if not doubts:
        return float("nan")
    latest = doubts[-max(1, round(_LATEST_SHARE * len(doubts))) :]
    return sum(latest) / len(latest)


def ensemble_loss(actions: Tensor, *, target: Tensor, weight: Tensor) -> Tensor:
    """Returns the weighted squared error summed over members, each on its own share of the samples, a scalar.

    Args:
        actions: (M, B, A) of the members.
        target: (B, A) what was done.
        weight: (M, B), 0 for the samples that a member does not see.
    """
    errors = (actions - target).square().mean(dim=-1)  # (M, B, A) -> (M, B)
    # What a process sees of a batch may be less than one sample: only the division by 0 is to be kept off.
    seen = mean_over_processes(weight.sum(dim=-1)).clamp(min=torch.finfo(weight.dtype).tiny)  # (M,)
    return ((errors * weight).sum(dim=-1) / seen).sum()
