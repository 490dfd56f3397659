"""What the environment knows of its gripper: whether it answers, is heard, and stands where a reset wants it."""

from __future__ import annotations

from collections.abc import Callable

from user_core.interfaces import Gripper
from user_hardware.environment.arbiter import ControlState
from user_hardware.environment.streams_config import GripperConfig
from user_hardware.grippers.patience import has_arrived

_COMMANDED = (ControlState.AUTONOMOUS, ControlState.TAKEOVER, ControlState.HANDBACK, ControlState.RESET)


class GripperWatch:
    """Looks at one gripper; everything is well where there is none.

    Args:
        gripper: The adapter, or None.
        config: Widths, tolerance, and what a silent gripper means for the arm.
        max_age_s: Age from which its state is no longer fresh.
        now_s: The control clock.
    """

    def __init__(
        self, *, gripper: Gripper | None, config: GripperConfig, max_age_s: float, now_s: Callable[[], float]
    ) -> None:
        self._gripper = gripper
        self._config = config
        self._max_age_s = max_age_s
        self._now_s = now_s

    @property
    def fresh(self) -> bool:
        """Whether its state is known as of now."""
        sample = None if self._gripper is None else self._gripper.read()
        return sample is not None and self._now_s() - sample.received_s <= self._max_age_s

    def problem(self) -> str:
        """Return in one sentence why it does not do what it was asked for, or ""."""
        return "" if self._gripper is None else self._gripper.problem()

    def faults(self, state: ControlState) -> list[str]:
        """Return what must hold the arm in a state; the next reset commands the gripper anew, so resuming is free."""
        holds = self._config.on_silence == "hold" and state in _COMMANDED
        problem = self.problem() if holds else ""
        return [problem] if problem else []

    def obstacle(self, opening: float) -> str:
        """Return what keeps an episode from opening with the gripper at an opening in [0, 1], or ""."""
        if self._gripper is None:
            return ""
        sample, asked_m = self._gripper.read(), opening * self._config.max_width_m
        if sample is None:
            return f"nothing has been received on {self._config.state_topic}: start the gripper's driver"
        if has_arrived(sample.value, asked_m=asked_m, tolerance_m=self._config.tolerance_m):
            return ""
        moves = "is moving" if sample.value.moving else f"is {sample.value.grip}"
        return (
            f"the gripper {moves} at {1000 * sample.value.width_m:.0f} mm and should rest at {1000 * asked_m:.0f} mm "
            f"(reset.gripper = {opening}; allowed: gripper.tolerance_m = {self._config.tolerance_m})"
        )

    def describe(self) -> str:
        """Return its state in a few words, for diagnostics."""
        sample = None if self._gripper is None else self._gripper.read()
        if sample is None:
            return "not heard"
        state = sample.value
        force = "" if state.force_n is None else f", {state.force_n:.1f} N"
        return f"{state.grip}{', moving' if state.moving else ''}, {1000 * state.width_m:.1f} mm{force}"
