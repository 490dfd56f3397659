"""A person's devices as a test plays them, and a subscriber of its own to what the arm was sent."""

from __future__ import annotations

import time
from typing import Any

from geometry_msgs.msg import PoseStamped, Twist
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Joy

from tests.support.spun_node import SpunNode
from user_interfaces.msg import Transition

_RECORDS = QoSProfile(depth=1000)


class SpaceMouse(SpunNode):
    """Publishes as `spacenav` does while a hand is on it, and as the keyboard of the console does.

    Args:
        domain_id: Where the arm is.
        namespace: The arm's.

    Attributes:
        targets: Every target_pose that a subscriber received, in order.
        poses: Every current_pose likewise.
        records: Every transition likewise.
    """

    RATE_HZ = 50.0

    def __init__(self, *, domain_id: int, namespace: str = "arm_0") -> None:
        super().__init__("space_mouse", domain_id=domain_id, namespace=namespace)
        self.targets: list[PoseStamped] = []
        self.poses: list[PoseStamped] = []
        self.records: list[Transition] = []
        self.node.create_subscription(PoseStamped, "target_pose", self.targets.append, _RECORDS)
        self.node.create_subscription(PoseStamped, "current_pose", self.poses.append, _RECORDS)
        self.node.create_subscription(Transition, "environment/transition", self.records.append, _RECORDS)
        self._twists = {
            device: self.node.create_publisher(Twist, f"{device}/twist", 10) for device in ("spacenav", "keyboard")
        }
        self._joys = {
            device: self.node.create_publisher(Joy, f"{device}/joy", 10) for device in ("spacenav", "keyboard")
        }
        self._pushes: dict[str, Twist] = {}
        self.node.create_timer(1.0 / self.RATE_HZ, self._publish)

    def push(self, device: str = "spacenav", **axes: float) -> float:
        """Deflect a device until it is let go; return the monotonic second of it."""
        twist = Twist()
        for axis, value in axes.items():
            setattr(twist.linear, axis, value)
        self._pushes = self._pushes | {device: twist}
        return time.monotonic()

    def let_go(self, device: str = "spacenav") -> float:
        """Let the device spring back, as a real one does: it says zero once more."""
        self._pushes = {name: twist for name, twist in self._pushes.items() if name != device}
        self._twists[device].publish(Twist())
        return time.monotonic()

    def unplug(self, device: str = "spacenav") -> float:
        """Fall silent in the middle of a push."""
        self._pushes = {name: twist for name, twist in self._pushes.items() if name != device}
        return time.monotonic()

    def flood(self, device: str, *, seconds: float) -> None:
        """Publish a device's twist as fast as this process can."""
        twist, until_s = Twist(), time.monotonic() + seconds
        twist.linear.x = 1.0
        while time.monotonic() < until_s:
            self._twists[device].publish(twist)

    def _publish(self) -> None:
        stamp = self.node.get_clock().now().to_msg()
        for device, twist in self._pushes.items():
            self._twists[device].publish(twist)
            joy = Joy(axes=[twist.linear.x, twist.linear.y, twist.linear.z, 0.0, 0.0, 0.0], buttons=[0, 0])
            joy.header.stamp = stamp
            self._joys[device].publish(joy)


def steps_of(records: list[Any], episode: str) -> list[Any]:
    """Return an episode's records, each once, by step."""
    found = {record.observation.step: record for record in records if record.observation.episode == episode}
    return [found[step] for step in sorted(found)]
