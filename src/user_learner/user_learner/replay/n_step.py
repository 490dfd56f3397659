"""Returns over n steps, along proved successors only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, eq=False)
class NStepReturns:
    """For B starting rows: what Batch calls reward and bootstrap, and the row whose value is added."""

    reward: NDArray[np.float32]
    bootstrap: NDArray[np.float32]
    next_row: NDArray[np.int64]


def n_step_returns(
    rows: NDArray[np.int64],
    *,
    n: int,
    gamma: float,
    successor: NDArray[np.int64],
    reward: NDArray[np.float32],
    discount: NDArray[np.float32],
) -> NStepReturns:
    """Sums rewards from each row over at most n steps: arXiv:1710.02298, section "Multi-step learning".

    A sum ends early at a termination, and where the next step's own successor is missing: the last record of an episode
    is bootstrapped from, its reward is never read.

    Args:
        rows: (B,) rows whose successor is present.
        n: Number of steps; 0 = no reward, and each row is its own next one.
        gamma: The algorithm's discount.
        successor: (rows,) row of the next step, or -1.
        reward: (rows,) reward observed after each row.
        discount: (rows,) the environment's discount, 0 on termination.
    """
    total = np.zeros(len(rows), np.float32)
    weight = np.ones(len(rows), np.float32)
    current = rows.copy()
    for _ in range(n):
        following = successor[current]
        goes_on = (following >= 0) & (weight > 0)
        total[goes_on] += weight[goes_on] * reward[current[goes_on]]
        weight[goes_on] *= np.float32(gamma) * discount[current[goes_on]]
        current[goes_on] = following[goes_on]
    return NStepReturns(reward=total, bootstrap=weight, next_row=current)
