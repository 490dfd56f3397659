"""What an environment sees of a simulated arm: the newest message of each driver topic, and the two services."""

from __future__ import annotations

import math
from typing import Any

from geometry_msgs.msg import Pose, PoseStamped, TwistStamped, WrenchStamped
from rclpy.context import Context
from rclpy.node import Node
from rclpy.task import Future
from sensor_msgs.msg import CameraInfo, Image, JointState
from std_msgs.msg import Float64MultiArray

from tests.support.wait import wait_for
from user_core.ros import qos
from user_core.ros.conversions import ns_from_stamp
from user_interfaces.srv import AdvanceWorld, ResetWorld

STREAMS: dict[str, tuple[type, str]] = {
    "pose": (PoseStamped, "current_pose"),
    "twist": (TwistStamped, "current_twist"),
    "wrench": (WrenchStamped, "franka_robot_state_broadcaster/external_wrench_in_base_frame"),
    "joints": (JointState, "joint_states"),
    "gripper": (JointState, "franka_gripper/joint_states"),
    "wrist": (Image, "wrist_camera/color/image_raw"),
    "wrist_info": (CameraInfo, "wrist_camera/color/camera_info"),
    "third_person": (Image, "third_person_camera/color/image_raw"),
}


class SimulationClient(Node):
    """Subscribes to all of a simulated arm's topics; spun by the test."""

    def __init__(self, *, context: Context, namespace: str = "arm_0") -> None:
        super().__init__("simulation_client", namespace=namespace, context=context)
        self.received: dict[str, list[Any]] = {name: [] for name in (*STREAMS, "target")}
        for name, (message_type, topic) in STREAMS.items():
            self.create_subscription(message_type, topic, self.received[name].append, qos.DRIVER)
        self.create_subscription(PoseStamped, "task/target_pose", self.received["target"].append, qos.LATCHED)
        self.targets = self.create_publisher(PoseStamped, "target_pose", qos.driver(reliable=True))
        self.grippers = self.create_publisher(
            Float64MultiArray, "gripper_position_controller/commands", qos.driver(reliable=True)
        )
        self._advance = self.create_client(AdvanceWorld, "simulation/advance")
        self._reset = self.create_client(ResetWorld, "simulation/reset")

    def wait_until_connected(self) -> None:
        """Wait for the services and both directions of the topics."""
        wait_for(self._advance.service_is_ready, 15.0, what="the advance service")
        wait_for(self._reset.service_is_ready, 15.0, what="the reset service")
        wait_for(lambda: self.targets.get_subscription_count() > 0, 15.0, what="a subscription of target_pose")
        wait_for(lambda: self.grippers.get_subscription_count() > 0, 15.0, what="a subscription of the gripper")
        topics = [topic for _, topic in STREAMS.values()]
        wait_for(lambda: all(self.count_publishers(topic) > 0 for topic in topics), 15.0, what=f"all of {topics}")

    def send_target(self, pose: Pose, *, stamp_ns: int) -> None:
        """Publish a target with a stamp of its own."""
        message = PoseStamped(pose=pose)
        message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, 10**9)
        self.targets.publish(message)

    def begin_advance(
        self,
        *,
        tick: int,
        source: str = "a",
        simulation: str = "",
        target_stamp_ns: int = 0,
        gripper: float = math.nan,
        control_rate_hz: float = 10.0,
    ) -> Future:
        """Call AdvanceWorld for one tick."""
        request = AdvanceWorld.Request(
            source=source,
            tick=tick,
            n_ticks=1,
            control_rate_hz=control_rate_hz,
            expected_simulation=simulation,
            gripper_command=gripper,
        )
        request.target_stamp.sec, request.target_stamp.nanosec = divmod(target_stamp_ns, 10**9)
        return self._advance.call_async(request)

    def begin_reset(self, *, episode: str, seed: int, source: str = "a") -> Future:
        """Call ResetWorld."""
        return self._reset.call_async(ResetWorld.Request(source=source, episode=episode, seed=seed))

    def wait_for_all(self, stamp_ns: int) -> None:
        """Wait until every stream has a sample stamped at or after `stamp_ns`."""
        wait_for(
            lambda: all(self.newest_stamp_ns(name) >= stamp_ns for name in STREAMS),
            10.0,
            what=lambda: f"{[name for name in STREAMS if self.newest_stamp_ns(name) < stamp_ns]} at {stamp_ns}",
        )

    def newest_stamp_ns(self, name: str) -> int:
        """Return the stamp of a stream's newest message; -1 before the first."""
        return ns_from_stamp(self.received[name][-1].header.stamp) if self.received[name] else -1


def answer_of(future: Future) -> Any:
    """Wait for a service's answer."""
    wait_for(future.done, 10.0, what="an answer")
    return future.result()
