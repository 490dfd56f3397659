"""Whether a gripper carries out what it was asked for: it may take its time, but not for ever."""

from __future__ import annotations

from collections.abc import Callable

from user_core.interfaces import Grip, GripperState, Stamped
from user_hardware.environment.streams_config import GripperConfig


class Patience:
    """Watches one command until it has been carried out once; what the fingers do later is no answer to it.

    Args:
        config: Time, tolerance, and the topic for people.
        now_s: The control clock.
    """

    def __init__(self, *, config: GripperConfig, now_s: Callable[[], float]) -> None:
        self._config = config
        self._now_s = now_s
        self._since_s = 0.0
        self._pending = False
        self.asked_m: float | None = None

    def ask(self, width_m: float) -> None:
        """Note that the fingers were asked for a width in metres."""
        self.asked_m, self._since_s, self._pending = width_m, self._now_s(), True

    def forget(self) -> None:
        """Expect nothing any more."""
        self.asked_m, self._pending = None, False

    def problem(self, sample: Stamped[GripperState] | None) -> str:
        """Return why the command is overdue, or ""."""
        if not self._pending or self.asked_m is None:
            return ""
        if sample is not None and sample.received_s >= self._since_s and self._is_done(sample.value):
            self._pending = False
            return ""
        waited_s = self._now_s() - self._since_s
        if waited_s <= self._config.patience_s or (sample is not None and sample.value.moving):
            return ""
        asked = f"the gripper was asked for a width of {1000 * self.asked_m:.0f} mm {waited_s:.1f} s ago"
        allowed = f"(allowed: gripper.patience_s = {self._config.patience_s})"
        if sample is None or sample.received_s < self._since_s:
            return f"{asked}, and nothing has come on {self._config.state_topic} since {allowed}: look at its driver"
        return f"{asked}, and stands at {1000 * sample.value.width_m:.0f} mm {allowed}: look at its driver"

    def _is_done(self, state: GripperState) -> bool:
        return has_arrived(state, asked_m=self.asked_m or 0.0, tolerance_m=self._config.tolerance_m)


def has_arrived(state: GripperState, *, asked_m: float, tolerance_m: float) -> bool:
    """Tell whether the fingers rest where they were asked to be, or on something that keeps them from it."""
    if state.moving:
        return False
    return abs(state.width_m - asked_m) <= tolerance_m or (state.grip is Grip.HOLDING and state.width_m > asked_m)
