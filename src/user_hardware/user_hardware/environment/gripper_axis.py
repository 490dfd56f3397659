"""The gripper axis of an action: from its value to what is commanded, and what a change of mind costs."""

from __future__ import annotations

from dataclasses import replace

from user_core.types import RewardSignal
from user_hardware.environment.arbiter import Decision
from user_hardware.environment.commander import Commander
from user_hardware.environment.streams_config import GripperConfig

OPEN, CLOSED = 1.0, 0.0


def charged(signal: RewardSignal, *, cost: float) -> RewardSignal:
    """Return the signal of a step that changed the gripper, less what that costs."""
    return replace(signal, reward=signal.reward - cost) if cost else signal


class GripperAxis:
    """Commands the gripper as actions say, and as seldom as that allows.

    Binary, a value beyond the threshold opens or closes, and stays in force until one beyond the other threshold; so
    what stands commanded, and is recorded at every step, is a state, never a trigger. Continuous, -1 to 1 is closed to
    open.

    Args:
        config: Mode, threshold, hold time, dead band, cost.
        axis: Index of the axis in the action, or None.
        commander: Sends openings and knows which one stands.
    """

    def __init__(self, *, config: GripperConfig, axis: int | None, commander: Commander) -> None:
        self._config = config
        self._axis = axis
        self._commander = commander
        self._ticks_since_change = config.hold_ticks
        self._cost = 0.0

    def begin(self) -> None:
        """Forget the last episode: the first change is free of the hold time."""
        self._ticks_since_change = self._config.hold_ticks
        self._cost = 0.0

    def act(self, decision: Decision) -> bool:
        """Command what a decision asks for; tell whether a binary gripper has thereby changed its state."""
        self._ticks_since_change += 1
        if self._axis is None or decision.action is None:
            return False
        value = float(decision.action[self._axis])
        if self._config.mode == "continuous":
            self._follow(min(max((value + 1) / 2, CLOSED), OPEN))
            return False
        return self._switch(value, by_person=decision.source.is_person)

    def charge(self, signal: RewardSignal) -> RewardSignal:
        """Take the cost of the step just judged, if it changed the gripper, from its reward."""
        cost, self._cost = self._cost, 0.0
        return charged(signal, cost=cost)

    def _follow(self, opening: float) -> None:
        standing = self._commander.opening
        if standing is None or abs(opening - standing) > self._config.dead_band:
            self._commander.grip(opening)

    def _switch(self, value: float, *, by_person: bool) -> bool:
        if abs(value) <= self._config.threshold:
            return False
        opening = OPEN if value > 0 else CLOSED
        if opening == self._commander.opening:
            return False
        if not by_person and self._ticks_since_change <= self._config.hold_ticks:
            return False
        self._commander.grip(opening)
        self._ticks_since_change = 0
        self._cost = self._config.toggle_cost
        return True
