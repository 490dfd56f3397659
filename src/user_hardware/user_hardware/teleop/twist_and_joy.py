"""A device behind two topics, one for its axes and one for its buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from user_core.interfaces import Stamped, Subscription, TeleopSample, Topics
from user_core.transforms import FloatArray
from user_hardware.teleop.buttons import PressCounter
from user_hardware.teleop.deflection import shaped
from user_hardware.teleop.joy import JOY_TYPE, joy_stamp_ns

TWIST_TYPE = "geometry_msgs/msg/Twist"
_NO_SIGNS = (1.0,) * 6


@dataclass(frozen=True, kw_only=True)
class TwistAndJoyTopics:
    """Where a device's two topics are, and from which age what they said counts no more."""

    twist: str
    joy: str
    twist_stale_s: float
    joy_stale_s: float


@dataclass(frozen=True, kw_only=True, eq=False)
class _Twist:
    """The newest twist."""

    value: FloatArray
    received_s: float


@dataclass(frozen=True, kw_only=True)
class _Joy:
    """The newest buttons."""

    buttons: tuple[bool, ...]
    stamp_ns: int
    received_s: float


class TwistAndJoy:
    """Twist and buttons, each zero once it is stale: the driver may publish changes only, and may be unplugged.

    A sample's stamp is that of the newest Joy (a Twist has none), and its time of receipt that of the older of the two.

    Args:
        topics: The two topics, and their patience.
        now_s: The control clock.
        signs: (6,) of each axis in the base frame.
        dead_band: Share of full speed below which an axis is zero.
        full_scale: Deflection that means full speed.
    """

    def __init__(
        self,
        *,
        topics: TwistAndJoyTopics,
        now_s: Callable[[], float],
        signs: Sequence[float] = _NO_SIGNS,
        dead_band: float = 0.0,
        full_scale: float = 1.0,
    ) -> None:
        self._topics = topics
        self._now_s = now_s
        self._signs = tuple(signs)
        self._dead_band = dead_band
        self._full_scale = full_scale
        self._subscriptions: list[Subscription] = []
        self._forget()

    def connect(self, topics: Topics) -> None:
        """Subscribe to both topics, reliably, as drivers publish them."""
        self._subscriptions = [
            topics.subscribe(self._topics.twist, TWIST_TYPE, self._on_twist, reliable=True),
            topics.subscribe(self._topics.joy, JOY_TYPE, self._on_joy, reliable=True),
        ]

    def read(self) -> Stamped[TeleopSample] | None:
        """Return the newest input; None until something has been received."""
        twist, joy = self._twist, self._joy
        if twist is None and joy is None:
            return None
        now_s = self._now_s()
        moves = twist is not None and now_s - twist.received_s <= self._topics.twist_stale_s
        pressed = joy is not None and now_s - joy.received_s <= self._topics.joy_stale_s
        return Stamped(
            value=TeleopSample(
                twist=twist.value if twist is not None and moves else np.zeros(6),
                buttons=joy.buttons if joy is not None and pressed else (),
                presses=self._presses.presses,
            ),
            stamp_ns=-1 if joy is None else joy.stamp_ns,
            received_s=min(part.received_s if part is not None else -np.inf for part in (twist, joy)),
        )

    def disconnect(self) -> None:
        """End the subscriptions and forget the input."""
        for subscription in self._subscriptions:
            subscription.destroy()
        self._subscriptions = []
        self._forget()

    def _forget(self) -> None:
        self._twist: _Twist | None = None
        self._joy: _Joy | None = None
        self._presses = PressCounter()

    def _on_twist(self, message: Any) -> None:
        linear, angular = message.linear, message.angular
        deflection = np.array([linear.x, linear.y, linear.z, angular.x, angular.y, angular.z])
        value = shaped(deflection, signs=self._signs, dead_band=self._dead_band, full_scale=self._full_scale)
        self._twist = _Twist(value=value, received_s=self._now_s())

    def _on_joy(self, message: Any) -> None:
        self._presses.update(message.buttons)
        self._joy = _Joy(
            buttons=tuple(bool(button) for button in message.buttons),
            stamp_ns=joy_stamp_ns(message),
            received_s=self._now_s(),
        )
