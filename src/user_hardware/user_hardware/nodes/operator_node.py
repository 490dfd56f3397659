"""The person of the simulation: a scripted hand on a SpaceMouse, wired to the topics that such a person would use."""

from __future__ import annotations

import sys
import time
from typing import Any

from geometry_msgs.msg import PoseStamped, Twist
from rclpy.node import Node
from sensor_msgs.msg import JointState, Joy

from user_core.ros import qos
from user_core.ros.conversions import from_message, ns_from_stamp, pose_from_message, stamp_from_ns
from user_core.ros.parameters import declare_config, given_name
from user_core.ros.publishing import try_publish
from user_core.ros.runner import event_driven_executor, run_node
from user_core.types import Outcome, TaskState
from user_hardware.teleop.expert import Expert
from user_hardware.teleop.experts.registry import EXPERTS
from user_hardware.teleop.operator_config import OperatorNodeConfig, operator_config_type
from user_hardware.teleop.scripted_operator import DeviceInput, ScriptedOperator
from user_hardware.teleop.sight import Sight
from user_interfaces.msg import EnvironmentStatus
from user_interfaces.msg import TaskState as TaskStateMessage


class OperatorNode(Node):
    """Answers poses with one twist and one joy each; silent while nobody is at the device."""

    def __init__(self, **node_arguments: Any) -> None:  # noqa: ANN401 - rclpy.node.Node's own arguments
        """Subscribes and advertises.

        Args:
            node_arguments: Passed on to rclpy's Node (context, namespace, parameter overrides).
        """
        super().__init__("operator_node", automatically_declare_parameters_from_overrides=True, **node_arguments)
        task = given_name(self, "task", default=OperatorNodeConfig.task)
        self._config = declare_config(self, operator_config_type(task))
        expert: Expert = EXPERTS.resolve(task)(config=self._config.expert, seed=self._config.seed)
        self._operator = ScriptedOperator(config=self._config, expert=expert)
        self._sight = Sight()
        self._unanswered = False
        self._due_s = 0.0
        names = self._config
        self._twist = self.create_publisher(Twist, names.twist, qos.TELEOP)
        self._joy = self.create_publisher(Joy, names.joy, qos.TELEOP)
        self.create_subscription(PoseStamped, names.current_pose, self._see_tool, qos.DRIVER)
        self.create_subscription(JointState, names.gripper_state, self._see_fingers, qos.DRIVER)
        self.create_subscription(TaskStateMessage, names.task_state, self._see_state, qos.DRIVER)
        self.create_subscription(PoseStamped, names.task_target, self._see_target, qos.LATCHED)
        self.create_subscription(EnvironmentStatus, "environment/status", self._take_status, qos.LATCHED)

    def _take_status(self, status: EnvironmentStatus) -> None:
        self._operator.watch(
            state=status.state, mode=status.mode, episode=status.episode, awaits_verdict=status.awaits_verdict
        )

    def _see_target(self, message: PoseStamped) -> None:
        self._sight.see_target(pose_from_message(message.pose))

    def _see_tool(self, message: PoseStamped) -> None:
        self._sight.see_tool(pose_from_message(message.pose), ns_from_stamp(message.header.stamp))
        self._unanswered = True
        self._answer()

    def _see_fingers(self, message: JointState) -> None:
        self._sight.see_fingers(float(sum(message.position[:2])), ns_from_stamp(message.header.stamp))
        self._answer()

    def _see_state(self, message: TaskStateMessage) -> None:
        self._sight.see_state(from_message(message, TaskState))
        self._answer()

    def _answer(self) -> None:
        """Answer each pose once, as soon as all of its instant is seen."""
        now_s = time.monotonic()
        if not self._unanswered or not self._sight.complete or now_s < self._due_s:
            return
        self._unanswered = False
        value = self._operator.answer(self._sight.view)
        if value is None:
            return
        self._due_s = now_s + self._config.answer_period_s
        twist = Twist()
        linear, angular = twist.linear, twist.angular
        linear.x, linear.y, linear.z, angular.x, angular.y, angular.z = (float(number) for number in value.twist)
        joy = Joy(axes=[float(number) for number in value.twist], buttons=self._buttons(value))
        joy.header.stamp = stamp_from_ns(self._sight.stamp_ns)
        # The joy carries the stamp that is waited for, so it goes last.
        try_publish(self._twist, twist)
        try_publish(self._joy, joy)

    def _buttons(self, value: DeviceInput) -> list[int]:
        names = self._config
        held = {
            names.dead_man_button: value.dead_man,
            names.open_button: value.opening == 1.0,
            names.close_button: value.opening == 0.0,
            names.success_button: value.mark is Outcome.SUCCESS,
            names.failure_button: value.mark is Outcome.FAILURE,
        }
        return [int(held.get(number, False)) for number in range(max(held) + 1)]


def main() -> None:
    """Run the node until it is stopped."""
    sys.exit(run_node(OperatorNode, make_executor=event_driven_executor))
