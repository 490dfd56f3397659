"""A game pad through the `joy` package's joy_node: one Joy with all axes and buttons."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np

from user_core.interfaces import Stamped, Subscription, TeleopSample, Topics
from user_hardware.teleop.buttons import PressCounter
from user_hardware.teleop.config import TeleopConfig
from user_hardware.teleop.deflection import shaped
from user_hardware.teleop.joy import JOY_TYPE, joy_stamp_ns

_LOGGER = logging.getLogger(__name__)
FIRST_TRIGGER_BUTTON = 16


class Gamepad:
    """Sticks as a twist, triggers as buttons beside the pad's own; all released once the newest Joy is stale.

    Args:
        config: Topic, axes, signs, triggers, dead band, age.
        now_s: The control clock.
    """

    def __init__(self, *, config: TeleopConfig, now_s: Callable[[], float]) -> None:
        self._config = config.gamepad
        self._now_s = now_s
        self._columns = np.array(self._config.axes)
        self._axes_needed = int(self._columns.max()) + 1
        self._complained = False
        self._subscription: Subscription | None = None
        self._forget()

    def connect(self, topics: Topics) -> None:
        """Subscribe, reliably, as the driver publishes."""
        self._subscription = topics.subscribe(self._config.topic, JOY_TYPE, self._on_joy, reliable=True)

    def read(self) -> Stamped[TeleopSample] | None:
        """Return the newest input; None until something has been received."""
        sample = self._sample
        if sample is None or self._now_s() - sample.received_s <= self._config.stale_s:
            return sample
        released = TeleopSample(twist=np.zeros(6), buttons=(), presses=sample.value.presses)
        return Stamped(value=released, stamp_ns=sample.stamp_ns, received_s=sample.received_s)

    def disconnect(self) -> None:
        """End the subscription and forget the input."""
        if self._subscription is not None:
            self._subscription.destroy()
        self._subscription = None
        self._forget()

    def _forget(self) -> None:
        self._sample: Stamped[TeleopSample] | None = None
        self._presses = PressCounter()

    def _on_joy(self, message: Any) -> None:
        axes = np.asarray(message.axes, dtype=float)
        fits = self._fits(axes.size)
        # -1, no axis, reads the zero at the end.
        deflection = np.append(axes, 0.0)[self._columns] if fits else np.zeros(6)
        buttons = self._buttons(message.buttons, axes) if fits else ()
        self._presses.update(buttons)
        twist = shaped(deflection, signs=self._config.signs, dead_band=self._config.dead_band)
        self._sample = Stamped(
            value=TeleopSample(twist=twist, buttons=buttons, presses=self._presses.presses),
            stamp_ns=joy_stamp_ns(message),
            received_s=self._now_s(),
        )

    def _buttons(self, pressed: Any, axes: np.ndarray) -> tuple[bool, ...]:
        own = [bool(button) for button in pressed][:FIRST_TRIGGER_BUTTON]
        own += [False] * (FIRST_TRIGGER_BUTTON - len(own))
        return (*own, *(self._is_pulled(axes, axis) for axis in self._config.trigger_axes))

    def _is_pulled(self, axes: np.ndarray, axis: int) -> bool:
        """Tell whether a trigger is pressed; joy_node reports 0 until it is first touched."""
        threshold = self._config.trigger_threshold
        if axis >= axes.size:
            return False
        return bool(axes[axis] <= threshold if threshold < 0 else axes[axis] >= threshold)

    def _fits(self, size: int) -> bool:
        """Tell whether a Joy has the axes that are asked for; the first one that has not is complained about."""
        fits = size >= self._axes_needed
        if not fits and not self._complained:
            _LOGGER.warning(
                "%s: a Joy with %d axes reads as nobody's; teleop.gamepad.axes = %s needs %d. "
                "Set the axes of this pad in config/robots/<robot>.yaml",
                self._config.topic,
                size,
                list(self._config.axes),
                self._axes_needed,
            )
        self._complained = not fits
        return fits
