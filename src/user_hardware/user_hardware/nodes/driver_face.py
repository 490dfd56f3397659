"""The simulated world's messages: what the drivers of a Franka, its gripper and RealSense cameras publish and take."""

from __future__ import annotations

import array
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from geometry_msgs.msg import PoseStamped, TwistStamped, WrenchStamped
from rclpy.event_handler import PublisherEventCallbacks
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CameraInfo, Image, JointState
from std_msgs.msg import Float64MultiArray, Header

from user_core.ros import qos
from user_core.ros.conversions import (
    image_to_message,
    ns_from_stamp,
    pose_from_message,
    pose_to_message,
    stamp_from_ns,
    to_message,
)
from user_core.ros.publishing import try_publish
from user_core.transforms import Pose
from user_hardware.simulation.node_config import SimulationNodeConfig
from user_hardware.simulation.panda import FINGER_JOINT_NAMES, FINGER_TRAVEL_M
from user_hardware.simulation.snapshot import Snapshot
from user_hardware.simulation.world import WorldSample
from user_interfaces.msg import TaskState

TASK_STATE_TYPE = "user_interfaces/msg/TaskState"
_FULL_WIDTH_M = 2 * FINGER_TRAVEL_M


class DriverFace:
    """Publishers and subscriptions of one simulated arm, on a node, relative to its namespace."""

    def __init__(
        self,
        *,
        node: Node,
        config: SimulationNodeConfig,
        fovy_deg: Mapping[str, float],
        on_target: Callable[[Pose, int], None],
        on_gripper: Callable[[float, float], None],
    ) -> None:
        """Advertise and subscribes.

        Args:
            node: Where the topics live.
            config: Topic names and cameras.
            fovy_deg: Vertical field of view of each camera.
            on_target: Called with each valid target (base frame) and its stamp in nanoseconds.
            on_gripper: Called with each valid gripper command: the value on the wire, and the width in metres.
        """
        topics = config.topics
        self._node = node
        self._base_frame = topics.base_frame
        self._on_target = on_target
        self._on_gripper = on_gripper
        reliable, best_effort = qos.driver(reliable=True), qos.driver(reliable=False)

        def advertise(message_type: type, topic: str, profile: QoSProfile = reliable) -> Publisher:
            # Each publisher's event handler is one more entity in every wait of the executor, tenths of a millisecond
            # in all; a reader with another QoS is warned on its own side.
            events = PublisherEventCallbacks(use_default_callbacks=False)
            return node.create_publisher(message_type, topic, profile, event_callbacks=events)

        self._pose = advertise(PoseStamped, topics.current_pose)
        self._twist = advertise(TwistStamped, topics.current_twist)
        self._wrench = advertise(WrenchStamped, topics.wrench, best_effort)
        self._joints = advertise(JointState, topics.joint_states)
        self._fingers = advertise(JointState, topics.gripper_state)
        self._target = advertise(PoseStamped, topics.task_target, qos.LATCHED)
        self._task_state = advertise(TaskState, topics.task_state)
        names, height, width = config.cameras.names, config.cameras.height, config.cameras.width
        self._images = {name: advertise(Image, topics.image.format(camera=name)) for name in names}
        self._infos = {name: advertise(CameraInfo, topics.camera_info.format(camera=name)) for name in names}
        self._calibrations = {
            name: _calibration(name, height=height, width=width, fovy_deg=fovy_deg[name]) for name in names
        }
        node.create_subscription(PoseStamped, topics.target_pose, self._take_target, best_effort)
        node.create_subscription(Float64MultiArray, topics.gripper_command, self._take_gripper, best_effort)

    def publish(self, snapshot: Snapshot) -> None:
        """Publish all that a snapshot holds, under its stamp; what no policy needs, only when somebody listens."""
        sample, header = snapshot.sample, self._header(snapshot.stamp_ns, self._base_frame)
        if snapshot.target_pose is not None:
            try_publish(self._target, PoseStamped(header=header, pose=pose_to_message(snapshot.target_pose)))
        for name, image in snapshot.images.items():
            frame = self._calibrations[name].header.frame_id
            try_publish(self._images[name], image_to_message(image, stamp_ns=snapshot.stamp_ns, frame_id=frame))
            if _is_heard(self._infos[name]):
                self._calibrations[name].header.stamp = header.stamp
                try_publish(self._infos[name], self._calibrations[name])
        twist, wrench = TwistStamped(header=header), WrenchStamped(header=header)
        _set_vectors(twist.twist.linear, twist.twist.angular, sample.tcp_twist)
        _set_vectors(wrench.wrench.force, wrench.wrench.torque, sample.wrench)
        try_publish(self._twist, twist)
        try_publish(self._wrench, wrench)
        if _is_heard(self._joints):
            try_publish(self._joints, _joint_state(sample, header))
        half_width = sample.gripper_width_m / 2
        fingers = JointState(header=header, name=list(FINGER_JOINT_NAMES), position=array.array("d", [half_width] * 2))
        try_publish(self._fingers, fingers)
        if snapshot.task_state is not None and _is_heard(self._task_state):
            state = replace(snapshot.task_state, stamp_ns=snapshot.stamp_ns, frame_id=self._base_frame)
            try_publish(self._task_state, to_message(state, TASK_STATE_TYPE))
        # Last: whoever answers a pose (a scripted person) has what belongs to it by then.
        try_publish(self._pose, PoseStamped(header=header, pose=pose_to_message(sample.tcp_pose)))

    def _take_target(self, message: PoseStamped) -> None:
        target = pose_from_message(message.pose)
        if not target.is_finite():
            self._node.get_logger().error(
                f"target {target.as_array().tolist()} is dropped: allowed are finite numbers and a unit quaternion",
                throttle_duration_sec=5.0,
            )
            return
        self._on_target(target, ns_from_stamp(message.header.stamp))

    def _take_gripper(self, message: Float64MultiArray) -> None:
        if len(message.data) != 1 or not 0.0 <= message.data[0] <= 1.0:
            self._node.get_logger().error(
                f"a gripper command {list(message.data)} is dropped: allowed is one number in [0, 1]",
                throttle_duration_sec=5.0,
            )
            return
        self._on_gripper(message.data[0], message.data[0] * _FULL_WIDTH_M)

    def _header(self, stamp_ns: int, frame_id: str) -> Header:
        return Header(stamp=stamp_from_ns(stamp_ns), frame_id=frame_id)


def _is_heard(publisher: Publisher) -> bool:
    """Tell whether anybody has subscribed: to build and send a message costs tenths of a millisecond of a step."""
    return int(publisher.get_subscription_count()) > 0


def _joint_state(sample: WorldSample, header: Header) -> JointState:
    return JointState(
        header=header,
        name=list(sample.joint_names),
        position=array.array("d", sample.joint_positions_rad),
        velocity=array.array("d", sample.joint_velocities_rad_s),
        effort=array.array("d", sample.joint_efforts_nm),
    )


def _set_vectors(first: Any, second: Any, values: Any) -> None:  # noqa: ANN401 - two Vector3 and (6,) numbers
    first.x, first.y, first.z, second.x, second.y, second.z = (float(value) for value in values)


def _calibration(name: str, *, height: int, width: int, fovy_deg: float) -> CameraInfo:
    """Return the pinhole calibration of a scene camera: square pixels, no distortion."""
    focal = height / 2 / math.tan(math.radians(fovy_deg) / 2)
    centre_x, centre_y = width / 2, height / 2
    info = CameraInfo(height=height, width=width, distortion_model="plumb_bob")
    info.header.frame_id = f"{name}_camera_color_optical_frame"
    info.d = [0.0] * 5
    info.k = [focal, 0.0, centre_x, 0.0, focal, centre_y, 0.0, 0.0, 1.0]
    info.r = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]
    info.p = [focal, 0.0, centre_x, 0.0, 0.0, focal, centre_y, 0.0, 0.0, 0.0, 1.0, 0.0]
    return info
