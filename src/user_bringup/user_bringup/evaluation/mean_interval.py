"""Means with Student's interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import stdtrit


@dataclass(frozen=True, kw_only=True)
class MeanInterval:
    """The mean of some numbers and its 95 % interval (Student, Biometrika 6, 1908).

    Attributes:
        count: How many numbers.
        mean: None without any.
        low: Lower end; None with fewer than two, from which no spread is seen.
        high: Upper end, likewise.
    """

    count: int
    mean: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> MeanInterval:
        """Summarise numbers."""
        count = len(values)
        if not count:
            return cls(count=0, mean=None, low=None, high=None)
        mean = math.fsum(values) / count
        if count == 1:
            return cls(count=1, mean=mean, low=None, high=None)
        variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
        half = float(stdtrit(count - 1, 0.975)) * math.sqrt(variance / count)
        return cls(count=count, mean=mean, low=mean - half, high=mean + half)
