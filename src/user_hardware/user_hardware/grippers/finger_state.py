"""How two fingers stand and whether they move, as their JointState tells it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from user_core.interfaces import Grip, GripperState, Stamped, Subscription, Topics
from user_hardware.environment.streams_config import GripperConfig

_NANOSECONDS = 1_000_000_000
_REST_S = 0.15
_REST_M = 0.0005
"""At rest = within half a millimetre for 0.15 s: drivers tell no speed of the fingers, or always zero."""
JOINT_STATE_TYPE = "sensor_msgs/msg/JointState"


class FingerState:
    """Newest state; each finger reports its half of the width, and its effort where it is measured.

    Args:
        config: Topic, relative to the robot's namespace, and widths.
        now_s: The control clock, for the time of receipt.
    """

    def __init__(self, *, config: GripperConfig, now_s: Callable[[], float]) -> None:
        self._config = config
        self._now_s = now_s
        self._subscription: Subscription | None = None
        self._widths_m: deque[tuple[float, float]] = deque()
        self._force_n: float | None = None
        self._stamp_ns = 0

    def connect(self, topics: Topics) -> None:
        """Subscribe."""
        self._subscription = topics.subscribe(
            self._config.state_topic, JOINT_STATE_TYPE, self._on_joints, reliable=False
        )

    def disconnect(self) -> None:
        """End the subscription and forget the widths."""
        if self._subscription is not None:
            self._subscription.destroy()
        self._subscription = None
        self._widths_m.clear()

    def read(self, *, asked_m: float | None) -> Stamped[GripperState] | None:
        """Return the newest state, or None before the first; `asked_m` is the width asked for last, or None."""
        if not self._widths_m:
            return None
        received_s, width_m = self._widths_m[-1]
        seen_m = [width for _, width in self._widths_m]
        moving = max(seen_m) - min(seen_m) > _REST_M
        state = GripperState(
            width_m=width_m, moving=moving, force_n=self._force_n, grip=self._grip(width_m, asked_m, moving=moving)
        )
        return Stamped(value=state, stamp_ns=self._stamp_ns, received_s=received_s)

    def _grip(self, width_m: float, asked_m: float | None, *, moving: bool) -> Grip:
        tolerance_m = self._config.tolerance_m
        if width_m >= self._config.max_width_m - tolerance_m:
            return Grip.OPEN
        if width_m <= tolerance_m:
            return Grip.CLOSED
        stopped_short = asked_m is not None and not moving and width_m > asked_m + tolerance_m
        return Grip.HOLDING if stopped_short else Grip.BETWEEN

    def _on_joints(self, message: Any) -> None:
        now_s, stamp = self._now_s(), message.header.stamp
        self._widths_m.append((now_s, float(sum(message.position[:2]))))
        while self._widths_m[0][0] < now_s - _REST_S:
            self._widths_m.popleft()
        self._stamp_ns = stamp.sec * _NANOSECONDS + stamp.nanosec
        efforts = [abs(float(effort)) for effort in message.effort[:2]]
        self._force_n = sum(efforts) / len(efforts) if any(efforts) else None
