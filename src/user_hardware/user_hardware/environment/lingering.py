"""How an episode ends by what was said of a step, at once or after pictures of its success have been taken."""

from __future__ import annotations

from dataclasses import replace

from user_core.types import Mode, Outcome, RewardSignal


class Lingering:
    """Lets an episode that is recorded for its pictures go on for a while in its success.

    Args:
        ticks: For how long, in mode collect; a failure ends it at once.
    """

    def __init__(self, *, ticks: int) -> None:
        self._ticks = ticks
        self._left: int | None = None
        self._lingers = False

    def open(self, *, mode: Mode) -> None:
        """Begin an episode."""
        self._lingers = mode is Mode.COLLECT and self._ticks > 0
        self._left = None

    def conclude(self, signal: RewardSignal) -> tuple[RewardSignal, Outcome | None]:
        """Return what a step is worth, and how the episode ends by it; None = it goes on."""
        if signal.failure:
            return signal, Outcome.FAILURE
        if not self._lingers:
            return signal, Outcome.SUCCESS if signal.success else None
        if self._left is None:
            if not signal.success:
                return signal, None
            self._left = self._ticks
        else:
            self._left -= 1
        return replace(signal, reward=1.0, success=True), None if self._left else Outcome.SUCCESS
