"""Tests for two performers on the same seeds, exact for any number of episodes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from user_bringup.evaluation.wilson import Z_95


def sign_test(wins: int, losses: int) -> float:
    """Return the two-sided exact p of so many wins against losses if each were as likely: binomial with 1/2.

    On seeds that only one of two solved this is McNemar's exact test (Q. McNemar, Psychometrika 12, 1947).
    """
    n, k = wins + losses, min(wins, losses)
    tail = sum(math.comb(n, i) for i in range(k + 1))
    return min(1.0, 2 * tail / 2**n)


def signed_rank_test(differences: Sequence[float]) -> float:
    """Return the two-sided exact p of Wilcoxon's signed-rank test (F. Wilcoxon, Biometrics Bulletin 1, 1945).

    Differences of zero are left out, and equal ones share their mean rank; the distribution over all signs is counted
    out for those very ranks.
    """
    values = np.array([value for value in differences if value != 0], np.float64)
    if not values.size:
        return 1.0
    doubled = _doubled_ranks(np.abs(values))
    total = int(doubled.sum())
    probability = np.zeros(total + 1)
    probability[0] = 1.0
    for rank in doubled:
        shifted = np.zeros_like(probability)
        shifted[rank:] = probability[: total + 1 - rank]
        probability = (probability + shifted) / 2
    positive = int(doubled[values > 0].sum())
    extreme = min(positive, total - positive)
    return min(1.0, 2 * float(probability[: extreme + 1].sum()))


def paired_difference(only_first: int, only_second: int, pairs: int) -> tuple[float, float, float]:
    """Return (difference, low, high) of two success rates on the same seeds, first minus second, with a 95 % interval.

    The adjusted Wald interval of D. G. Bonett and R. M. Price (J. Educ. Behav. Stat. 37, 2012), good for few pairs.

    Args:
        only_first: Seeds that only the first solved.
        only_second: Seeds that only the second solved.
        pairs: All seeds.
    """
    first, second = (only_first + 1) / (pairs + 2), (only_second + 1) / (pairs + 2)
    half = Z_95 * math.sqrt((first + second - (first - second) ** 2) / (pairs + 2))
    centre = first - second
    return (only_first - only_second) / pairs, max(centre - half, -1.0), min(centre + half, 1.0)


def _doubled_ranks(
    magnitudes: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return (N,) twice the rank of each magnitude; ties share their mean, which doubled is a whole number."""
    _, inverse, counts = np.unique(magnitudes, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    doubled: np.ndarray[tuple[int], np.dtype[np.int64]] = (2 * last - counts + 1)[inverse]
    return doubled
