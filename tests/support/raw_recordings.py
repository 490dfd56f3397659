"""Bags as `ros2 bag record` makes them of an arm's drivers: the tool goes down steadily, towards its targets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from geometry_msgs.msg import PoseStamped, TwistStamped, WrenchStamped
from rclpy.serialization import serialize_message
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Float64MultiArray

from tests.support.params_file import write_params
from user_core.ros.conversions import image_to_message, pose_to_message, stamp_from_ns
from user_core.transforms import Pose

START_NS = 1_700_000_000_000_000_000
STATE_HZ, CAMERA_HZ, TARGET_HZ = 50, 10, 10
SPEED_M_S = 0.05
BIAS_N = 2.0
NOMINAL = Pose.of(np.array([0.5, 0.0, 0.095, 1.0, 0.0, 0.0, 0.0]))
WRENCH_TOPIC = "franka_robot_state_broadcaster/external_wrench_in_base_frame"


def tool_pose(seconds: float, *, lead_s: float = 0.0) -> Pose:
    """Return where the tool is, or with a lead where it is sent, so long after the start."""
    height_m = 0.09 - SPEED_M_S * (seconds + lead_s)
    return Pose(position=NOMINAL.position + [0.0, 0.0, height_m], quaternion=NOMINAL.quaternion)


def write_recording(
    folder: Path,
    *,
    seconds: float = 1.5,
    arm: str = "arm_0",
    without: tuple[str, ...] = (),
    names: Mapping[str, str] | None = None,
    silence_s: tuple[float, float] | None = None,
    target_delay_s: float = 0.01,
    opens_at_s: float | None = None,
    plugin: StoragePlugin = StoragePlugin.MCAP,
) -> Path:
    """Write a bag and return its folder.

    Args:
        folder: Of the bag.
        seconds: Length.
        arm: Namespace.
        without: Topics left out.
        names: Other names than ours, of some topics.
        silence_s: Begin and end of a time in which no driver says anything.
        target_delay_s: How long after the tick that it answers a target is sent.
        opens_at_s: When a gripper that was told to close at the beginning is told to open; None = it is told nothing.
        plugin: Storage.
    """
    messages = sorted(
        _messages(seconds, target_delay_s=target_delay_s, opens_at_s=opens_at_s), key=lambda entry: entry[0]
    )
    store = get_typestore(Stores.ROS2_KILTED)
    with Writer(folder, version=9, storage_plugin=plugin) as bag:
        connections: dict[str, Any] = {}
        for stamp_ns, topic, type_name, message in messages:
            second = (stamp_ns - START_NS) / 1e9
            silent = silence_s is not None and silence_s[0] < second < silence_s[1]
            if topic in without or silent:
                continue
            name = (names or {}).get(topic, f"/{arm}/{topic}".replace("//", "/"))
            if name not in connections:
                connections[name] = bag.add_connection(name, type_name, typestore=store)
            bag.write(connections[name], stamp_ns + 1_000_000, serialize_message(message))
    return folder


def write_station(path: Path) -> Path:
    """Write the params file that says what this arm has: one small camera."""
    settings = {"cameras.names": ["wrist"], "cameras.height": 8, "cameras.width": 8, "gripper.driver": "crisp"}
    return write_params(path, {"environment_node": settings})


def image_at(seconds: float) -> np.ndarray:
    """Return (8, 8, 3) of one shade, which tells the frame."""
    return np.full((8, 8, 3), round(seconds * CAMERA_HZ) % 256, np.uint8)


def _messages(seconds: float, *, target_delay_s: float, opens_at_s: float | None) -> list[tuple[int, str, str, Any]]:
    found: list[tuple[int, str, str, Any]] = []

    def add(topic: str, message: Any, second: float) -> None:
        stamp_ns = START_NS + round(second * 1e9)
        if hasattr(message, "header"):
            message.header.stamp = stamp_from_ns(stamp_ns)
        type_name = type(message).__module__.split(".")[0] + "/msg/" + type(message).__name__
        found.append((stamp_ns, topic, type_name, message))

    for count in range(round(seconds * STATE_HZ) + 1):
        second = count / STATE_HZ
        add("current_pose", PoseStamped(pose=pose_to_message(tool_pose(second))), second)
        twist, wrench = TwistStamped(), WrenchStamped()
        twist.twist.linear.z, wrench.wrench.force.x = -SPEED_M_S, BIAS_N
        add("current_twist", twist, second)
        add(WRENCH_TOPIC, wrench, second)
        add("franka_gripper/joint_states", JointState(name=["a", "b"], position=[0.01, 0.01]), second)
    if opens_at_s is not None:
        add("gripper_position_controller/commands", Float64MultiArray(data=[0.0]), 0.0)
        add("gripper_position_controller/commands", Float64MultiArray(data=[1.0]), opens_at_s)
    for count in range(round(seconds * CAMERA_HZ) + 1):
        image: Image = image_to_message(image_at(count / CAMERA_HZ))
        add("wrist_camera/color/image_raw", image, count / CAMERA_HZ)
    for count in range(round(seconds * TARGET_HZ)):
        second = count / TARGET_HZ
        target = PoseStamped(pose=pose_to_message(tool_pose(second, lead_s=0.2)))
        add("target_pose", target, second + target_delay_s)
    return found
