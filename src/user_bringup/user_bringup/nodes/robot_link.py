"""One robot as the progress node sees it: its status, its episodes, and RunEpisodes goals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.action import ActionClient
from rclpy.node import Node

from user_bringup.evaluation.dispatcher import Goal
from user_core.errors import InvalidRecordError
from user_core.ros import qos
from user_core.ros.conversions import from_message
from user_core.types import EpisodeSummary
from user_interfaces.action import RunEpisodes
from user_interfaces.msg import EnvironmentSpec, EnvironmentStatus
from user_interfaces.msg import EpisodeSummary as EpisodeSummaryMessage


class RobotLink:
    """Subscriptions and the action client of one robot.

    Args:
        node: Who owns them.
        robot: Namespace of the robot, without slashes.
        on_status: Called with (robot, EnvironmentStatus).
        on_episode: Called with each EpisodeSummary that passes its check.
        on_rate: Called with the control rate in Hz that the robot's spec names.
        on_never_begun: Called with (robot, feedback) for an attempt that left no record, and so has no summary.
        on_goal_closed: Called with (robot, goal number) when a goal was refused or has ended.
    """

    def __init__(
        self,
        *,
        node: Node,
        robot: str,
        on_status: Callable[[str, Any], None],
        on_episode: Callable[[EpisodeSummary], None],
        on_rate: Callable[[float], None],
        on_never_begun: Callable[[str, Any], None],
        on_goal_closed: Callable[[str, int], None],
    ) -> None:
        self.robot = robot
        self._node = node
        self._on_episode = on_episode
        self._on_never_begun = on_never_begun
        self._on_goal_closed = on_goal_closed
        prefix = f"/{robot}/environment"
        node.create_subscription(EnvironmentStatus, f"{prefix}/status", lambda m: on_status(robot, m), qos.LATCHED)
        node.create_subscription(EpisodeSummaryMessage, f"{prefix}/episode", self._episode, qos.EPISODES)
        node.create_subscription(EnvironmentSpec, f"{prefix}/spec", lambda m: on_rate(m.control_rate_hz), qos.LATCHED)
        self._client = ActionClient(node, RunEpisodes, f"{prefix}/run_episodes")

    def send(self, goal: Goal) -> None:
        """Send a goal; its end is reported unless the robot dies, which its status shows."""
        request = RunEpisodes.Goal()
        request.mode = goal.mode.value
        request.seeds = list(goal.seeds)
        request.deterministic = goal.deterministic
        request.policy_version = goal.policy_version
        request.evaluation = goal.evaluation
        if not self._client.server_is_ready():
            self._on_goal_closed(self.robot, goal.number)
            return
        sent = self._client.send_goal_async(request, feedback_callback=self._feedback)
        sent.add_done_callback(lambda future: self._answered(goal, future))

    def _answered(self, goal: Goal, future: Any) -> None:  # noqa: ANN401 - rclpy's future
        handle = future.result()
        if handle is None or not handle.accepted:
            self._node.get_logger().warning(f"{self.robot} refused {len(goal.seeds)} episodes of {goal.evaluation}")
            self._on_goal_closed(self.robot, goal.number)
            return
        handle.get_result_async().add_done_callback(lambda _: self._on_goal_closed(self.robot, goal.number))

    def _feedback(self, message: Any) -> None:  # noqa: ANN401 - RunEpisodes feedback
        if message.feedback.length == 0:
            self._on_never_begun(self.robot, message.feedback)

    def _episode(self, message: Any) -> None:  # noqa: ANN401 - EpisodeSummary.msg
        try:
            self._on_episode(from_message(message, EpisodeSummary))
        except InvalidRecordError as error:
            self._node.get_logger().error(f"{self.robot}: {error}")
