"""One robot as the progress node sees it: its status, its episodes, and RunEpisodes goals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.action import ActionClient
from rclpy.node import Node
from std_srvs.srv import Trigger

from user_bringup.evaluation.dispatcher import Goal
from user_bringup.evaluation.run_progress import RunProgress
from user_core.errors import InvalidRecordError, LogError
from user_core.ros import qos
from user_core.ros.conversions import from_message
from user_core.ros.spec_conversion import spec_from_message
from user_core.types import EpisodeSummary
from user_interfaces.action import RunEpisodes
from user_interfaces.msg import EnvironmentSpec, EnvironmentStatus
from user_interfaces.msg import EpisodeSummary as EpisodeSummaryMessage


class RobotLink:
    """Subscriptions and the action client of one robot.

    Args:
        node: Who owns them.
        robot: Namespace of the robot, without slashes.
        progress: Takes what comes in.
        after_episode: Called after each episode: the next goal should reach the robot before it practises again.
    """

    def __init__(self, *, node: Node, robot: str, progress: RunProgress, after_episode: Callable[[], None]) -> None:
        self._node = node
        self._robot = robot
        self._progress = progress
        self._after_episode = after_episode
        prefix = f"/{robot}/environment"
        node.create_subscription(EnvironmentStatus, f"{prefix}/status", self._status, qos.LATCHED)
        node.create_subscription(EpisodeSummaryMessage, f"{prefix}/episode", self._episode, qos.EPISODES)
        node.create_subscription(EnvironmentSpec, f"{prefix}/spec", self._spec, qos.LATCHED)
        self._client = ActionClient(node, RunEpisodes, f"{prefix}/run_episodes")
        self._hold = node.create_client(Trigger, f"{prefix}/hold")

    def send(self, goal: Goal) -> None:
        """Send a goal; its end is reported unless the robot dies, which its status shows."""
        if not self._client.server_is_ready():
            self._progress.on_goal_closed(self._robot, goal.number)
            return
        request = RunEpisodes.Goal()
        request.mode = goal.mode.value
        request.seeds = list(goal.seeds)
        request.deterministic = goal.deterministic
        request.policy_version = goal.policy_version
        request.evaluation = goal.evaluation
        sent = self._client.send_goal_async(request, feedback_callback=self._feedback)
        sent.add_done_callback(lambda future: self._answered(goal, future))

    def hold(self) -> None:
        """Ask the robot to stop; whether it does is for its status to say."""
        if self._hold.service_is_ready():
            self._hold.call_async(Trigger.Request())

    def _answered(self, goal: Goal, future: Any) -> None:  # noqa: ANN401 - rclpy's future
        handle = future.result()
        if handle is None or not handle.accepted:
            self._node.get_logger().warning(f"{self._robot} refused {len(goal.seeds)} episodes of {goal.evaluation}")
            self._progress.on_goal_closed(self._robot, goal.number)
            return
        ended = handle.get_result_async()
        ended.add_done_callback(lambda _: self._progress.on_goal_closed(self._robot, goal.number))

    def _status(self, message: Any) -> None:  # noqa: ANN401 - EnvironmentStatus.msg
        self._progress.on_status(self._robot, message)

    def _spec(self, message: Any) -> None:  # noqa: ANN401 - EnvironmentSpec.msg
        try:
            self._progress.on_spec(spec_from_message(message))
        except InvalidRecordError as error:
            self._node.get_logger().error(f"{self._robot}: {error}")

    def _feedback(self, message: Any) -> None:  # noqa: ANN401 - RunEpisodes feedback
        try:
            self._progress.on_feedback(self._robot, message.feedback)
        except LogError as error:
            self._node.get_logger().error(f"{self._robot}: {error}")

    def _episode(self, message: Any) -> None:  # noqa: ANN401 - EpisodeSummary.msg
        try:
            self._progress.on_episode(from_message(message, EpisodeSummary))
        except (InvalidRecordError, LogError) as error:
            self._node.get_logger().error(f"{self._robot}: {error}")
            return
        self._after_episode()
