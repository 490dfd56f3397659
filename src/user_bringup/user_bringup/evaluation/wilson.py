"""Success rates with an interval that holds for few episodes and for rates near 0 and 1."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z_95 = 1.959963984540054
"""Quantile of the standard normal distribution for a two-sided interval of 95 %."""


@dataclass(frozen=True, kw_only=True)
class SuccessRate:
    """Successes of an evaluation with their Wilson score interval (E. B. Wilson, JASA 22, 1927).

    Attributes:
        episodes: Number of episodes that counted.
        successes: How many of them succeeded.
    """

    episodes: int
    successes: int

    @property
    def rate(self) -> float:
        """Return successes / episodes; 0 without episodes."""
        return self.successes / self.episodes if self.episodes else 0.0

    def wilson(self, z: float = Z_95) -> tuple[float, float]:
        """Return (low, high) of the score interval at quantile `z`; (0, 1) without episodes."""
        if not self.episodes:
            return 0.0, 1.0
        n, p = self.episodes, self.rate
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        low = 0.0 if self.successes == 0 else centre - half
        high = 1.0 if self.successes == n else centre + half
        return low, high

    def fields(self) -> dict[str, float]:
        """Return counts, rate and interval under their names in report.json, rounded to four digits."""
        low, high = self.wilson()
        return {
            "episodes": self.episodes,
            "successes": self.successes,
            "success_rate": round(self.rate, 4),
            "wilson_low": round(low, 4),
            "wilson_high": round(high, 4),
        }
