"""The width between two fingers, as their JointState tells it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from user_core.interfaces import Stamped, Subscription, Topics

_NANOSECONDS = 1_000_000_000
JOINT_STATE_TYPE = "sensor_msgs/msg/JointState"


class FingerState:
    """Newest width; each finger reports its half.

    Args:
        topic: JointState of the fingers, relative to the robot's namespace.
        now_s: The control clock, for the time of receipt.
    """

    def __init__(self, *, topic: str, now_s: Callable[[], float]) -> None:
        self._topic = topic
        self._now_s = now_s
        self._subscription: Subscription | None = None
        self.newest: Stamped[float] | None = None

    def connect(self, topics: Topics) -> None:
        """Subscribe."""
        self._subscription = topics.subscribe(self._topic, JOINT_STATE_TYPE, self._on_joints, reliable=False)

    def disconnect(self) -> None:
        """End the subscription and forget the width."""
        if self._subscription is not None:
            self._subscription.destroy()
        self._subscription, self.newest = None, None

    def _on_joints(self, message: Any) -> None:
        stamp = message.header.stamp
        self.newest = Stamped(
            value=float(sum(message.position[:2])),
            stamp_ns=stamp.sec * _NANOSECONDS + stamp.nanosec,
            received_s=self._now_s(),
        )
