"""A SpaceMouse through the spacenav driver, or whatever publishes the same two topics."""

from __future__ import annotations

from collections.abc import Callable

from user_hardware.teleop.config import TeleopConfig
from user_hardware.teleop.twist_and_joy import TwistAndJoy, TwistAndJoyTopics


class Spacenav(TwistAndJoy):
    """A SpaceMouse, whose driver publishes changes only.

    Args:
        config: Topics, dead band, signs, ages.
        now_s: The control clock.
    """

    def __init__(self, *, config: TeleopConfig, now_s: Callable[[], float]) -> None:
        super().__init__(
            topics=TwistAndJoyTopics(
                twist=config.twist_topic,
                joy=config.joy_topic,
                twist_stale_s=config.stale_s,
                joy_stale_s=config.button_stale_s,
            ),
            now_s=now_s,
            signs=config.axis_signs,
            dead_band=config.dead_band,
            full_scale=config.full_scale,
        )
