"""How good a classifier is, from its probabilities alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatColumn = NDArray[np.float64]
LEAST_THRESHOLD = 0.5
"""Below this one nothing is certain."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Counts at a threshold, and the area under the ROC curve, which needs none.

    Attributes:
        positives: Pictures with a success.
        negatives: Pictures without one.
        found: Pictures with a success that were found.
        fooled: Pictures without one that were taken for one.
    """

    positives: int
    negatives: int
    found: int
    fooled: int
    area_under_roc: float

    @property
    def recall(self) -> float:
        """Share of the successes that were found."""
        return self.found / self.positives if self.positives else float("nan")

    @property
    def precision(self) -> float:
        """Share of what was called a success that was one."""
        called = self.found + self.fooled
        return self.found / called if called else float("nan")

    @property
    def false_positive_rate(self) -> float:
        """Share of the pictures without a success that were taken for one."""
        return self.fooled / self.negatives if self.negatives else float("nan")


def measure(probability: FloatColumn, success: NDArray[np.bool_], *, threshold: float) -> Figures:
    """Return the figures of N pictures.

    Args:
        probability: (N,).
        success: (N,) what is so.
        threshold: Probability from which a picture is called a success.
    """
    called = probability >= threshold
    return Figures(
        positives=int(success.sum()),
        negatives=int((~success).sum()),
        found=int((called & success).sum()),
        fooled=int((called & ~success).sum()),
        area_under_roc=area_under_roc(probability, success),
    )


def choose_threshold(
    probability: FloatColumn, success: NDArray[np.bool_], *, false_positive_rate: float, recall: float
) -> float:
    """Return the strictest threshold that finds `recall` of the successes, or the least that fools no larger share.

    Where the classes lie far apart many thresholds do on paper. The strictest is taken, since practice looks for what
    fools a reward: a success that is missed in one picture is seen in the next, a false one is learned from.
    """
    negatives = np.sort(probability[~success])[::-1]  # (n,) the most convincing first
    allowed = int(false_positive_rate * len(negatives))
    least = LEAST_THRESHOLD
    if allowed < len(negatives):
        least = max(least, float(np.nextafter(negatives[allowed], 2.0)))
    positives = np.sort(probability[success])  # (p,) the least convincing first
    if not len(positives):
        return least
    return max(least, float(positives[min(int((1.0 - recall) * len(positives)), len(positives) - 1)]))


def area_under_roc(probability: FloatColumn, success: NDArray[np.bool_]) -> float:
    """Return how often a random success scores above a random failure, ties half: Mann and Whitney's U (1947)."""
    positives, negatives = probability[success], np.sort(probability[~success])
    if not len(positives) or not len(negatives):
        return float("nan")
    below = np.searchsorted(negatives, positives, side="left")
    not_above = np.searchsorted(negatives, positives, side="right")
    return float((below + not_above).mean() / 2 / len(negatives))


def roc(probability: FloatColumn, success: NDArray[np.bool_]) -> tuple[FloatColumn, FloatColumn]:
    """Return false-positive and true-positive rates at every threshold, from the strictest to the loosest."""
    order = np.argsort(-probability, kind="stable")
    hits = np.concatenate([[0], np.cumsum(success[order])])
    misses = np.concatenate([[0], np.cumsum(~success[order])])
    return misses / max(misses[-1], 1), hits / max(hits[-1], 1)
