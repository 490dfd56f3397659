"""Wall time of a run, summed over its launches."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class WallClock:
    """Turns the machine's monotonic time into wall seconds of the run.

    Attributes:
        launched_at_s: Monotonic time of this launch.
        before_s: Wall seconds of the run's earlier launches.
    """

    launched_at_s: float
    before_s: float

    @classmethod
    def resume(cls, last: WallClock | None, *, last_wall_s: float, launched_at_s: float) -> WallClock:
        """Go on from the clock and reading noted last: a respawn within a launch also counts the time it was down."""
        if last is not None and last.launched_at_s == launched_at_s:
            return last
        return cls(launched_at_s=launched_at_s, before_s=last_wall_s)

    def wall_s(self, now_s: float) -> float:
        """Return wall seconds of the run at monotonic time `now_s`."""
        return self.before_s + max(now_s - self.launched_at_s, 0.0)
