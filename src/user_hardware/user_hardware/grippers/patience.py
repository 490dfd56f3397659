"""Whether a gripper carries out what it was asked for: it may take its time, but not for ever."""

from __future__ import annotations

from collections.abc import Callable

from user_core.interfaces import Grip, GripperState, Stamped
from user_hardware.environment.streams_config import GripperConfig


class Patience:
    """Adds up the time for which fingers rest elsewhere than they were asked to; to move sets it back to zero.

    Once a command has been carried out, what the fingers do later is no answer to it. The sum outlives a command that
    another follows: fingers that are stuck closed would else do well, as long as somebody keeps opening and closing.

    Args:
        config: Time, tolerance, and the topic for people.
        now_s: The control clock.
    """

    def __init__(self, *, config: GripperConfig, now_s: Callable[[], float]) -> None:
        self._config = config
        self._now_s = now_s
        self._since_s = self._looked_s = 0.0
        self._waited_s = 0.0
        self._pending = False
        self.asked_m: float | None = None

    def ask(self, width_m: float) -> None:
        """Note that the fingers were asked for a width in metres; after a complaint time counts anew."""
        if self._waited_s > self._config.patience_s:
            self._waited_s = 0.0
        self.asked_m, self._pending = width_m, True
        self._since_s = self._looked_s = self._now_s()

    def forget(self) -> None:
        """Expect nothing any more."""
        self.asked_m, self._pending, self._waited_s = None, False, 0.0

    def problem(self, sample: Stamped[GripperState] | None) -> str:
        """Return why the command is overdue, or ""; to be called at every tick."""
        elapsed_s, self._looked_s = self._now_s() - self._looked_s, self._now_s()
        if not self._pending or self.asked_m is None:
            return ""
        newer = sample if sample is not None and sample.received_s >= self._since_s else None
        if newer is not None and newer.value.moving:
            self._waited_s = 0.0
            return ""
        if newer is not None and has_arrived(newer.value, asked_m=self.asked_m, tolerance_m=self._config.tolerance_m):
            self._pending = False
            return ""
        self._waited_s += elapsed_s
        return "" if self._waited_s <= self._config.patience_s else self._describe(newer)

    def _describe(self, sample: Stamped[GripperState] | None) -> str:
        asked = f"the gripper was asked for a width of {1000 * (self.asked_m or 0.0):.0f} mm"
        allowed = f"for {self._waited_s:.1f} s (allowed: gripper.patience_s = {self._config.patience_s})"
        if sample is None:
            return f"{asked}, and nothing has come on {self._config.state_topic} {allowed}: look at its driver"
        return f"{asked}, and rests at {1000 * sample.value.width_m:.0f} mm {allowed}: look at its driver"


def has_arrived(state: GripperState, *, asked_m: float, tolerance_m: float) -> bool:
    """Tell whether the fingers rest where they were asked to be, or on something that keeps them from it."""
    if state.moving:
        return False
    return abs(state.width_m - asked_m) <= tolerance_m or (state.grip is Grip.HOLDING and state.width_m > asked_m)
