"""How long a policy takes to answer: measured here, where its answers are waited for, and counted in steps."""

from __future__ import annotations

import math
from collections import deque

_RECENT = 10


class AnswerDelay:
    """The longest of the recent times from an observation sent to its answer taken, the way there and back included.

    That of an episode's first observation may hold the loading of weights, so it counts only until there are others.

    Args:
        tick_period_s: Wall seconds between ticks; 0 = lockstep, where no step passes while an answer is waited for.
    """

    def __init__(self, *, tick_period_s: float) -> None:
        self._tick_period_s = tick_period_s
        self._sent_s: dict[int, float] = {}
        self._first_s = 0.0
        self._recent_s: deque[float] = deque(maxlen=_RECENT)

    @property
    def steps(self) -> int:
        """Return how many steps, the observed one included, begin before an answer to it arrives."""
        if not self._tick_period_s:
            return 0
        return math.ceil(max(self._recent_s, default=self._first_s) / self._tick_period_s)

    def sent(self, step: int, now_s: float) -> None:
        """Note that an observation of the running episode is sent at monotonic `now_s`, perhaps again."""
        if step == 0:
            self._sent_s.clear()
        self._sent_s[step] = now_s

    def answered(self, step: int, now_s: float) -> None:
        """Note that the answer to an observation arrives at monotonic `now_s`; only its first one counts."""
        sent_s = self._sent_s.pop(step, None)
        if sent_s is None:
            return
        if step == 0:
            self._first_s = now_s - sent_s
        else:
            self._recent_s.append(now_s - sent_s)
