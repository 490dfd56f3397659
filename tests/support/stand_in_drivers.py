"""Stand-in drivers of one Franka arm: CRISP, its gripper, two RealSense cameras and a SpaceMouse, from their contract.

A process of its own, with no simulator and nothing of the packages under test:

    python tests/support/stand_in_drivers.py --namespace arm_0 --record FILE

Faults are asked for by a std_msgs/String on `stand_in/fault`, as `<what> <stream>`: `silence wrench`, `freeze wrist`,
`resize wrist`, `jam gripper`, and `none` to be sound again. The SpaceMouse moves when a geometry_msgs/Twist comes on
`stand_in/push`.
"""

from __future__ import annotations

import argparse
import array
import json
import time
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import rclpy
from geometry_msgs.msg import PoseStamped, Twist, TwistStamped, WrenchStamped
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CameraInfo, Image, JointState, Joy
from std_msgs.msg import Float64MultiArray, Header, String

from tests.support.stand_in_arm import StandInArm

STATE_RATE_HZ = 100.0
CAMERA_RATE_HZ = 20.0
CAMERAS = ("wrist", "third_person")
IMAGE_SHAPE = (96, 128, 3)
KEPT_POSES = 200
"""How many published poses the record of a target can look back on: two seconds, more than a target may be late."""

_BEST_EFFORT = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
_RELIABLE = QoSProfile(depth=10)
_BASE_FRAME = "base"
_GRIPPER_SPEED_M_S = 0.1
_GRIPPER_WIDTH_M = 0.08


class StandInDrivers(Node):
    """Publishes what the drivers publish, takes what they take, and notes each target as it comes.

    Args:
        namespace: The arm's.
        position: (3,) where the tool is at first, metres, base frame.
        record: Gets one JSON line per target: the target, the last two poses that had been published when its sender
            stamped it (on this machine, by the same clock), the last one last, and the monotonic time.
    """

    def __init__(self, *, namespace: str, position: list[float], record: Path) -> None:
        super().__init__("stand_in_drivers", namespace=namespace)
        self._arm = StandInArm(position=np.asarray(position))
        self._record = record.open("a", buffering=1)
        self._published: deque[tuple[int, list[float]]] = deque(maxlen=KEPT_POSES)
        self._width_m = 0.0
        self._commanded_width_m = 0.0
        self._silent = self._frozen = self._resized = self._jammed = ""
        self._frames: dict[str, Image] = {}
        self._frame_count = 0
        self._pose = self.create_publisher(PoseStamped, "current_pose", _RELIABLE)
        self._twist = self.create_publisher(TwistStamped, "current_twist", _RELIABLE)
        wrench_topic = "franka_robot_state_broadcaster/external_wrench_in_base_frame"
        self._wrench = self.create_publisher(WrenchStamped, wrench_topic, _BEST_EFFORT)
        self._joints = self.create_publisher(JointState, "joint_states", _RELIABLE)
        self._fingers = self.create_publisher(JointState, "franka_gripper/joint_states", _RELIABLE)
        self._hand_twist = self.create_publisher(Twist, "spacenav/twist", _RELIABLE)
        self._hand_joy = self.create_publisher(Joy, "spacenav/joy", _RELIABLE)
        self._images = {name: self._camera_publisher(name, Image, "image_raw") for name in CAMERAS}
        self._infos = {name: self._camera_publisher(name, CameraInfo, "camera_info") for name in CAMERAS}
        self.create_subscription(PoseStamped, "target_pose", self._take_target, _BEST_EFFORT)
        gripper_topic = "gripper_position_controller/commands"
        self.create_subscription(Float64MultiArray, gripper_topic, self._take_gripper, _BEST_EFFORT)
        self.create_subscription(String, "stand_in/fault", self._take_fault, _RELIABLE)
        self.create_subscription(Twist, "stand_in/push", self._take_push, _RELIABLE)
        self.create_timer(1.0 / STATE_RATE_HZ, self._publish_state)
        self.create_timer(1.0 / CAMERA_RATE_HZ, self._publish_images)

    def _camera_publisher(self, name: str, message_type: type[Any], topic: str) -> Any:
        return self.create_publisher(message_type, f"{name}_camera/color/{topic}", _RELIABLE)

    def _publish_state(self) -> None:
        period_s = 1.0 / STATE_RATE_HZ
        self._arm.advance(period_s)
        opening = self._commanded_width_m - self._width_m
        if not self._jammed:
            self._width_m += float(np.clip(opening, -_GRIPPER_SPEED_M_S * period_s, _GRIPPER_SPEED_M_S * period_s))
        header = self._header(_BASE_FRAME)
        twist = TwistStamped(header=header)
        _set_vectors(twist.twist.linear, twist.twist.angular, self._arm.twist)
        self._publish(self._twist, twist, "twist")
        self._publish(self._wrench, WrenchStamped(header=header), "wrench")
        names = [f"fr3_joint{number}" for number in range(1, 8)]
        self._publish(self._joints, JointState(header=header, name=names, position=[0.0] * 7), "joints")
        halves = array.array("d", [self._width_m / 2] * 2)
        fingers = JointState(header=header, name=["fr3_finger_joint1", "fr3_finger_joint2"], position=halves)
        self._publish(self._fingers, fingers, "gripper")
        pose = PoseStamped(header=header)
        place, turn = pose.pose.position, pose.pose.orientation
        place.x, place.y, place.z, turn.x, turn.y, turn.z, turn.w = self._arm.pose
        self._publish(self._pose, pose, "pose")
        if self._silent != "pose":
            self._published.append((self.get_clock().now().nanoseconds, self._arm.pose))

    def _publish_images(self) -> None:
        for number, name in enumerate(CAMERAS):
            if self._frozen != name or name not in self._frames:
                self._frames[name] = self._frame(name, shift=number)
            else:  # a frozen driver: new stamps, old pixels
                self._frames[name].header = self._header(f"{name}_camera_color_optical_frame")
            self._publish(self._images[name], self._frames[name], name)
            self._publish(self._infos[name], CameraInfo(header=self._frames[name].header), name)

    def _frame(self, name: str, *, shift: int) -> Image:
        """Return stripes that pass by with every frame; two in a row never look the same."""
        height, width, channels = IMAGE_SHAPE if self._resized != name else (7, 5, 3)
        self._frame_count += 1
        row = (np.arange(width * channels) * (3 + shift) + 7 * self._frame_count).astype(np.uint8)
        pixels = array.array("B", np.tile(row, height).tobytes())
        header = self._header(f"{name}_camera_color_optical_frame")
        return Image(header=header, height=height, width=width, encoding="rgb8", step=width * channels, data=pixels)

    def _take_target(self, message: PoseStamped) -> None:
        place, turn = message.pose.position, message.pose.orientation
        target = [place.x, place.y, place.z, turn.x, turn.y, turn.z, turn.w]
        self._arm.set_target(target)
        sent_ns = message.header.stamp.sec * 10**9 + message.header.stamp.nanosec
        before = [pose for published_ns, pose in self._published if published_ns <= sent_ns]
        row = {"monotonic_s": time.monotonic(), "target": target, "last_poses": before[-2:]}
        self._record.write(json.dumps(row) + "\n")

    def _take_gripper(self, message: Float64MultiArray) -> None:
        self._commanded_width_m = _GRIPPER_WIDTH_M * float(np.clip(message.data[0], 0.0, 1.0))

    def _take_fault(self, message: String) -> None:
        what, _, stream = message.data.partition(" ")
        self._silent = stream if what == "silence" else ""
        self._frozen = stream if what == "freeze" else ""
        self._resized = stream if what == "resize" else ""
        self._jammed = stream if what == "jam" else ""

    def _take_push(self, message: Twist) -> None:
        """Move the SpaceMouse: its driver publishes on a change only."""
        self._hand_twist.publish(message)
        axes = [message.linear.x, message.linear.y, message.linear.z, 0.0, 0.0, 0.0]
        self._hand_joy.publish(Joy(header=self._header(""), axes=axes, buttons=[0, 0]))

    def _publish(self, publisher: Any, message: Any, stream: str) -> None:
        if self._silent != stream:
            publisher.publish(message)

    def _header(self, frame: str) -> Header:
        return Header(stamp=self.get_clock().now().to_msg(), frame_id=frame)


def _set_vectors(first: Any, second: Any, values: Any) -> None:
    first.x, first.y, first.z, second.x, second.y, second.z = (float(value) for value in values)


def main() -> None:
    """Run the drivers until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--namespace", default="arm_0")
    parser.add_argument("--position", type=float, nargs=3, default=[0.5, 0.0, 0.165], metavar=("X", "Y", "Z"))
    parser.add_argument("--record", type=Path, required=True)
    options = parser.parse_args()
    rclpy.init()
    node = StandInDrivers(namespace=options.namespace, position=options.position, record=options.record)
    try:
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        node.destroy_node()


if __name__ == "__main__":
    main()
