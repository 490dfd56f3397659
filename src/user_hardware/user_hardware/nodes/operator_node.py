"""The person of the simulation: a scripted hand on a SpaceMouse, wired to the topics that such a person would use."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Any

from geometry_msgs.msg import PoseStamped, Twist
from rclpy.node import Node
from sensor_msgs.msg import Joy

from user_core.configuration import parameter
from user_core.ros import qos
from user_core.ros.conversions import pose_from_message
from user_core.ros.parameters import declare_config
from user_core.ros.publishing import try_publish
from user_core.ros.runner import event_driven_executor, run_node
from user_core.transforms import Pose
from user_hardware.teleop.scripted_operator import ScriptedOperator, ScriptedOperatorConfig
from user_interfaces.msg import EnvironmentStatus


@dataclass(frozen=True, kw_only=True)
class OperatorNodeConfig(ScriptedOperatorConfig):
    """All parameters of operator_node."""

    real_time_factor: float = parameter(
        0.0, "the simulation's; 0 = lockstep, where each pose is answered", minimum=0.0, maximum=100.0
    )
    control_rate_hz: float = parameter(10.0, "answers per robot second in real time", minimum=0.5, maximum=100.0)
    dead_man_button: int = parameter(
        2, "number of the button held while it acts; no other meaning in teleop.buttons", minimum=0, maximum=31
    )
    current_pose: str = parameter("current_pose", "PoseStamped in: TCP in the base frame")
    task_target: str = parameter("task/target_pose", "PoseStamped in: where the task's target really is")
    twist: str = parameter("spacenav/twist", "Twist out: deflection in [-1, 1], base axes")
    joy: str = parameter("spacenav/joy", "Joy out: axes and buttons, stamped as the pose that it answers")

    @property
    def answer_period_s(self) -> float:
        """Wall seconds between two answers at least; 0 in lockstep."""
        return 0.0 if self.real_time_factor == 0.0 else 1.0 / self.control_rate_hz / self.real_time_factor


class OperatorNode(Node):
    """Answers poses with one twist and one joy each; silent while nobody is at the device."""

    def __init__(self, **node_arguments: Any) -> None:  # noqa: ANN401 - rclpy.node.Node's own arguments
        """Subscribes and advertises.

        Args:
            node_arguments: Passed on to rclpy's Node (context, namespace, parameter overrides).
        """
        super().__init__("operator_node", automatically_declare_parameters_from_overrides=True, **node_arguments)
        self._config = declare_config(self, OperatorNodeConfig)
        self._operator = ScriptedOperator(config=self._config)
        self._target_pose: Pose | None = None
        self._due_s = 0.0
        self._twist = self.create_publisher(Twist, self._config.twist, qos.TELEOP)
        self._joy = self.create_publisher(Joy, self._config.joy, qos.TELEOP)
        self.create_subscription(PoseStamped, self._config.current_pose, self._take_pose, qos.DRIVER)
        self.create_subscription(PoseStamped, self._config.task_target, self._take_target, qos.LATCHED)
        self.create_subscription(EnvironmentStatus, "environment/status", self._take_status, qos.LATCHED)

    def _take_status(self, status: EnvironmentStatus) -> None:
        self._operator.watch(state=status.state, mode=status.mode, episode=status.episode)

    def _take_target(self, message: PoseStamped) -> None:
        self._target_pose = pose_from_message(message.pose)

    def _take_pose(self, message: PoseStamped) -> None:
        now_s = time.monotonic()
        if now_s < self._due_s:
            return
        answer = self._operator.answer(tcp_pose=pose_from_message(message.pose), target_pose=self._target_pose)
        if answer is None:
            return
        self._due_s = now_s + self._config.answer_period_s
        twist = Twist()
        linear, angular = twist.linear, twist.angular
        linear.x, linear.y, linear.z, angular.x, angular.y, angular.z = (float(value) for value in answer.twist)
        joy = Joy(axes=[float(value) for value in answer.twist])
        joy.header.stamp = message.header.stamp
        joy.buttons = [0] * (self._config.dead_man_button + 1)
        joy.buttons[self._config.dead_man_button] = int(answer.dead_man)
        # The joy carries the stamp that is waited for, so it goes last.
        try_publish(self._twist, twist)
        try_publish(self._joy, joy)


def main() -> None:
    """Run the node until it is stopped."""
    sys.exit(run_node(OperatorNode, make_executor=event_driven_executor))
