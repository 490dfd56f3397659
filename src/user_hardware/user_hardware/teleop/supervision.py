"""When a person who watches the policy takes over, and when they let go again.

What the policy undoes at once is done for longer the next time: until the policy can go on, or the task is done.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from user_core.configuration import parameter


@dataclass(frozen=True, kw_only=True)
class CorrectionConfig:
    """When a person who watches the policy steps in; the way left to the goal says whether there is progress."""

    enabled: bool = parameter(False, "watch training episodes and correct them")
    share: float = parameter(1.0, "share of the training episodes that are watched", minimum=0.0, maximum=1.0)
    patience_ticks: int = parameter(15, "ticks without progress before taking over", minimum=1, maximum=1000)
    worse_m: float = parameter(0.03, "growth of the way left at which it takes over at once", minimum=1e-4, maximum=1.0)
    release_ticks: int = parameter(
        20,
        "ticks of control, with progress, before letting go; twice as many where the last ones were undone",
        minimum=1,
        maximum=1000,
    )
    longest_ticks: int = parameter(40, "ticks of control after which it lets go anyway", minimum=1, maximum=10000)
    progress_m: float = parameter(0.002, "shortening of the way that counts as progress", minimum=1e-5, maximum=0.1)


class Supervision:
    """Watches one episode after the other.

    Attributes:
        watching: Whether anybody watches this one.
        acting: Whether the person has the device, as of the last look.
    """

    def __init__(self, *, config: CorrectionConfig) -> None:
        """Start with nobody watching."""
        self._config = config
        self.acting = False
        self._progressed = False
        self._ticks = 0
        self._shortest_m: float | None = None
        self._least_ticks = config.release_ticks
        self._taken_over_m = math.inf
        self.watching = False

    def begin(self, *, seed: int) -> None:
        """Begin another episode; `seed` decides whether anybody watches it."""
        generator = np.random.default_rng(seed % 2**64)
        self.watching = self._config.enabled and bool(generator.random() < self._config.share)
        self._least_ticks, self._taken_over_m = self._config.release_ticks, math.inf
        self._turn(acting=False)

    def corrects(self, way_left_m: float) -> bool:
        """Look once; tell whether the person has the device now.

        Args:
            way_left_m: How far the task is from done, metres of a tool's way.
        """
        if not self.watching:
            return False
        if self._shortest_m is None:
            self._shortest_m = way_left_m
            return self.acting
        self._ticks += 1
        progress = way_left_m < self._shortest_m - self._config.progress_m
        if self.acting:
            self._progressed |= progress
            if self._has_done_enough():
                self._turn(acting=False)
        elif progress:
            self._shortest_m, self._ticks = way_left_m, 0
        elif self._ticks >= self._config.patience_ticks or way_left_m > self._shortest_m + self._config.worse_m:
            self._take_over(way_left_m)
        return self.acting

    def _take_over(self, way_left_m: float) -> None:
        undone = way_left_m > self._taken_over_m - self._config.worse_m
        self._least_ticks = 2 * self._least_ticks if undone else self._config.release_ticks
        self._taken_over_m = way_left_m
        self._turn(acting=True)

    def _has_done_enough(self) -> bool:
        longest = max(self._config.longest_ticks, self._least_ticks)
        return self._ticks >= (self._least_ticks if self._progressed else longest)

    def _turn(self, *, acting: bool) -> None:
        """Begin to act or to watch; progress counts from the next look on."""
        self.acting, self._progressed, self._ticks, self._shortest_m = acting, False, 0, None
