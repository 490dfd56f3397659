"""A SpaceMouse through the spacenav driver, or whatever publishes the same two topics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from user_core.interfaces import Stamped, Subscription, TeleopSample, Topics
from user_core.transforms import FloatArray
from user_hardware.environment.streams_config import TeleopConfig

_NANOSECONDS = 1_000_000_000
TWIST_TYPE = "geometry_msgs/msg/Twist"
JOY_TYPE = "sensor_msgs/msg/Joy"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Received:
    """The newest value of one of the two topics."""

    value: Any
    received_s: float
    stamp_ns: int = 0


class Spacenav:
    """Twist and buttons, each zero once it is stale: the driver publishes changes only, and may be unplugged.

    A sample's stamp is that of the newest Joy (a Twist has none), and its time of receipt that of the older of the two.

    Args:
        config: Topics, dead band, signs, ages.
        now_s: The control clock.
    """

    def __init__(self, *, config: TeleopConfig, now_s: Callable[[], float]) -> None:
        self._config = config
        self._now_s = now_s
        self._signs = np.asarray(config.axis_signs)
        self._subscriptions: list[Subscription] = []
        self._twist: _Received | None = None
        self._joy: _Received | None = None

    def connect(self, topics: Topics) -> None:
        """Subscribe to both topics, reliably, as the driver publishes them."""
        self._subscriptions = [
            topics.subscribe(self._config.twist_topic, TWIST_TYPE, self._on_twist, reliable=True),
            topics.subscribe(self._config.joy_topic, JOY_TYPE, self._on_joy, reliable=True),
        ]

    def read(self) -> Stamped[TeleopSample] | None:
        """Return the newest input; None until something has been received."""
        twist, joy = self._twist, self._joy
        if twist is None and joy is None:
            return None
        values = self._shaped(twist.value) if twist is not None and self._is_fresh(twist) else np.zeros(6)
        fresh_joy = joy is not None and self._now_s() - joy.received_s <= self._config.button_stale_s
        buttons = tuple(bool(button) for button in joy.value) if joy is not None and fresh_joy else ()
        received_s = min(part.received_s if part is not None else -np.inf for part in (twist, joy))
        return Stamped(
            value=TeleopSample(twist=values, buttons=buttons),
            stamp_ns=-1 if joy is None else joy.stamp_ns,
            received_s=received_s,
        )

    def disconnect(self) -> None:
        """End the subscriptions and forget the input."""
        for subscription in self._subscriptions:
            subscription.destroy()
        self._subscriptions, self._twist, self._joy = [], None, None

    def _is_fresh(self, twist: _Received) -> bool:
        return self._now_s() - twist.received_s <= self._config.stale_s

    def _shaped(self, deflection: FloatArray) -> FloatArray:
        """Return (6,) in [-1, 1]: scaled, signed, zero within the dead band or where it is not a number."""
        scaled = np.clip(np.nan_to_num(deflection) * self._signs / self._config.full_scale, -1.0, 1.0)
        return np.where(np.abs(scaled) > self._config.dead_band, scaled, 0.0)

    def _on_twist(self, message: Any) -> None:
        linear, angular = message.linear, message.angular
        values = np.array([linear.x, linear.y, linear.z, angular.x, angular.y, angular.z])
        self._twist = _Received(value=values, received_s=self._now_s())

    def _on_joy(self, message: Any) -> None:
        stamp = message.header.stamp
        stamp_ns = stamp.sec * _NANOSECONDS + stamp.nanosec
        self._joy = _Received(value=message.buttons, received_s=self._now_s(), stamp_ns=stamp_ns)
