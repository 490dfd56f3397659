"""Key presses as the twist and the buttons of a device."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from user_core.configuration import parameter
from user_core.transforms import FloatArray
from user_hardware.console.keys import Ask, ChangeSpeed, Intent, Mark, Move, StandStill, ToggleGripper
from user_hardware.teleop.buttons import KeyboardButton

_SLOWEST, _FASTEST = 0.02, 1.0


@dataclass(frozen=True, kw_only=True)
class HandConfig:
    """How presses become motion; durations in wall seconds."""

    speed: float = parameter(
        0.3, "deflection of a pressed key, as a share of full speed", minimum=_SLOWEST, maximum=_FASTEST
    )
    key_hold_s: float = parameter(
        0.25, "how long a press counts: longer than a terminal's repetition, and a tap moves no longer", minimum=0.05
    )
    repeat_gap_s: float = parameter(
        0.7, "silence of a key after which it counts as pressed anew; longer than a terminal's first pause", minimum=0.1
    )


class KeyboardHand:
    """Remembers what was pressed when. A terminal says nothing of a key that is let go, so each press runs out.

    Args:
        config: Speed and durations.
    """

    def __init__(self, *, config: HandConfig) -> None:
        self._config = config
        self.speed = config.speed
        self._pushes: dict[int, tuple[float, float]] = {}
        self._down_until_s = dict.fromkeys(KeyboardButton, float("-inf"))
        self._heard_s: dict[Hashable, float] = {}

    def is_new(self, intent: Intent, now_s: float) -> bool:
        """Note a press; tell whether it is one of its own, and no repetition of a key that is kept down.

        A request does no harm twice, so that it is not lost on somebody who presses its key again and again.
        """
        is_new = now_s - self._heard_s.get(intent, float("-inf")) > self._config.repeat_gap_s
        if is_new or not isinstance(intent, Ask):
            self._heard_s[intent] = now_s
        return is_new

    def take(self, intent: Intent, now_s: float) -> None:
        """Take a press that is for the device; others do nothing here."""
        until_s = now_s + self._config.key_hold_s
        if isinstance(intent, Move):
            self._pushes[intent.axis] = (intent.sign, until_s)
        if isinstance(intent, Move | StandStill):
            self._down_until_s[KeyboardButton.DEAD_MAN] = until_s
        elif isinstance(intent, ToggleGripper):
            self._down_until_s[KeyboardButton.TOGGLE_GRIPPER] = until_s
        elif isinstance(intent, Mark):
            button = KeyboardButton.SUCCESS if intent.success else KeyboardButton.FAILURE
            self._down_until_s[button] = until_s
        elif isinstance(intent, ChangeSpeed):
            self.speed = min(max(self.speed * intent.factor, _SLOWEST), _FASTEST)

    def twist(self, now_s: float) -> FloatArray:
        """Return (6,) in [-1, 1], base axes."""
        twist = np.zeros(6)
        for axis, (sign, until_s) in self._pushes.items():
            twist[axis] = sign * self.speed if now_s < until_s else 0.0
        return twist

    def buttons(self, now_s: float) -> tuple[bool, ...]:
        """Return which of KeyboardButton are down, in their order."""
        return tuple(now_s < self._down_until_s[button] for button in KeyboardButton)
