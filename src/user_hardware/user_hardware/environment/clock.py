"""The clock of control: robot seconds, counted in ticks where the simulation waits for us."""

from __future__ import annotations

from collections.abc import Callable


class ControlClock:
    """Robot seconds: monotonic wall seconds times the real-time factor, or ticks times the period in lockstep.

    Ages of samples and everything inside control use `now_s`; waits for other processes use `wall_s`.

    Args:
        period_s: Control period in robot seconds.
        real_time_factor: Robot seconds per wall second; 0 = lockstep.
        monotonic_s: The machine's monotonic clock.
    """

    def __init__(self, *, period_s: float, real_time_factor: float, monotonic_s: Callable[[], float]) -> None:
        self._period_s = period_s
        self._factor = real_time_factor
        self._monotonic_s = monotonic_s
        self._ticks = 0

    def now_s(self) -> float:
        """Return robot seconds."""
        return self._monotonic_s() * self._factor if self._factor else self._ticks * self._period_s

    def wall_s(self) -> float:
        """Return monotonic wall seconds."""
        return self._monotonic_s()

    def count_tick(self) -> None:
        """Let one control period pass in lockstep; in real time it passes by itself."""
        self._ticks += 1


class TickSchedule:
    """Fixed points in time, one period apart: a late tick never moves the next one, and is never run twice.

    Args:
        period_s: Wall seconds between ticks.
        start_s: Monotonic time of the first tick.
    """

    def __init__(self, *, period_s: float, start_s: float) -> None:
        self.period_s = period_s
        self._next_s = start_s
        self.skipped = 0

    @property
    def next_s(self) -> float:
        """Monotonic time of the next tick."""
        return self._next_s

    def restart(self, now_s: float) -> None:
        """Put the next tick one period from now."""
        self._next_s = now_s + self.period_s

    def advance(self, now_s: float) -> None:
        """Move on past a tick that runs now; points that have gone by meanwhile are skipped and counted."""
        self._next_s += self.period_s
        if now_s >= self._next_s:
            missed = int((now_s - self._next_s) / self.period_s) + 1
            self.skipped += missed
            self._next_s += missed * self.period_s
