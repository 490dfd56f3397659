"""An arm under the CRISP Cartesian impedance controller (ros2_control); the simulation speaks the same topics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from user_core.interfaces import RobotState, Stamped, Subscription, Topics
from user_core.transforms import FloatArray, Pose
from user_hardware.environment.streams_config import TopicsConfig

_NANOSECONDS = 1_000_000_000
POSE_TYPE = "geometry_msgs/msg/PoseStamped"
TWIST_TYPE = "geometry_msgs/msg/TwistStamped"
WRENCH_TYPE = "geometry_msgs/msg/WrenchStamped"


class CrispRobot:
    """Poses, twists and wrenches in the arm's base frame; the target is a PoseStamped that the controller filters.

    Args:
        topics: Names of the topics.
        now_s: The control clock, for the time of receipt.
    """

    def __init__(self, *, topics: TopicsConfig, now_s: Callable[[], float]) -> None:
        self._names = topics
        self._now_s = now_s
        self._subscriptions: list[Subscription] = []
        self._publish: Callable[[Any], None] | None = None
        self._new_target: Callable[[], Any] | None = None
        self._pose: Stamped[Pose] | None = None
        self._twist: Stamped[FloatArray] | None = None
        self._wrench: Stamped[FloatArray] | None = None

    def connect(self, topics: Topics) -> None:
        """Subscribe to the state and advertise the target."""
        names = self._names
        self._publish = topics.publisher(names.target_pose, POSE_TYPE, reliable=True)
        self._new_target = lambda: topics.message(POSE_TYPE)
        self._subscriptions = [
            topics.subscribe(names.current_pose, POSE_TYPE, self._on_pose, reliable=False),
            topics.subscribe(names.current_twist, TWIST_TYPE, self._on_twist, reliable=False),
            topics.subscribe(names.wrench, WRENCH_TYPE, self._on_wrench, reliable=False),
        ]

    def read(self) -> RobotState:
        """Return the newest sample of each stream; the gripper has an adapter of its own."""
        return RobotState(tcp_pose=self._pose, tcp_twist=self._twist, wrench=self._wrench, gripper_width=None)

    def command(self, target: Pose, *, stamp_ns: int) -> Pose:
        """Publish a target; while disconnected nothing is sent."""
        if self._publish is not None and self._new_target is not None:
            message = self._new_target()
            message.header.frame_id = self._names.base_frame
            message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, _NANOSECONDS)
            p, q = message.pose.position, message.pose.orientation
            p.x, p.y, p.z = map(float, target.position)
            q.x, q.y, q.z, q.w = map(float, target.quaternion)
            self._publish(message)
        return target

    def stop(self) -> None:
        """Do nothing: without new targets the controller holds the last one."""

    def recover(self) -> None:
        """Do nothing: the driver's own error recovery is an operator's act at the driver, never ours."""

    def disconnect(self) -> None:
        """End the subscriptions and forget what was received."""
        for subscription in self._subscriptions:
            subscription.destroy()
        self._subscriptions, self._publish, self._new_target = [], None, None
        self._pose = self._twist = self._wrench = None

    def _on_pose(self, message: Any) -> None:
        p, q = message.pose.position, message.pose.orientation
        pose = Pose(position=np.array([p.x, p.y, p.z]), quaternion=np.array([q.x, q.y, q.z, q.w]))
        self._pose = self._stamped(pose, message)

    def _on_twist(self, message: Any) -> None:
        self._twist = self._stamped(_vector(message.twist.linear, message.twist.angular), message)

    def _on_wrench(self, message: Any) -> None:
        self._wrench = self._stamped(_vector(message.wrench.force, message.wrench.torque), message)

    def _stamped(self, value: Any, message: Any) -> Stamped[Any]:
        stamp = message.header.stamp
        return Stamped(value=value, stamp_ns=stamp.sec * _NANOSECONDS + stamp.nanosec, received_s=self._now_s())


def _vector(first: Any, second: Any) -> FloatArray:
    return np.array([first.x, first.y, first.z, second.x, second.y, second.z])
