"""The keyboard of operator_console, which may be on another machine, over SSH."""

from __future__ import annotations

from collections.abc import Callable

from user_hardware.teleop.config import TeleopConfig
from user_hardware.teleop.twist_and_joy import TwistAndJoy, TwistAndJoyTopics


class Keyboard(TwistAndJoy):
    """Keys as axes and buttons. The console chooses the speed, so that no dead band may hide a slow one.

    Args:
        config: Topics and age.
        now_s: The control clock.
    """

    def __init__(self, *, config: TeleopConfig, now_s: Callable[[], float]) -> None:
        keyboard = config.keyboard
        super().__init__(
            topics=TwistAndJoyTopics(
                twist=keyboard.twist_topic,
                joy=keyboard.joy_topic,
                twist_stale_s=keyboard.stale_s,
                joy_stale_s=keyboard.stale_s,
            ),
            now_s=now_s,
        )
