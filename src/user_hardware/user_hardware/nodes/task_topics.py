"""What is said of the task rather than by a driver: where its target is, how it stands, what a learned reward sees."""

from __future__ import annotations

from collections.abc import Callable

from geometry_msgs.msg import PoseStamped
from rclpy.node import Node

from user_core.interfaces import Stamped
from user_core.ros import qos
from user_core.ros.conversions import from_message, ns_from_stamp, pose_from_message
from user_core.transforms import Pose
from user_core.types import RewardEstimate, TaskState
from user_hardware.environment.streams_config import TopicsConfig
from user_interfaces.msg import RewardEstimate as EstimateMessage
from user_interfaces.msg import TaskState as TaskStateMessage


class TaskTopics:
    """Keeps the newest of each.

    Args:
        node: Where the subscriptions live.
        names: Of the topics.
        now_s: The control clock.
        target: Where the target is until something says so, or None: a simulation always does.

    Attributes:
        target: Where the task's target really is, or None.
        state: The ground truth, or None.
        estimate: What reward_node says of an observation, or None.
    """

    def __init__(
        self, *, node: Node, names: TopicsConfig, now_s: Callable[[], float], target: Stamped[Pose] | None
    ) -> None:
        self._node = node
        self._names = names
        self._now_s = now_s
        self.target = target
        self.state: Stamped[TaskState] | None = None
        self.estimate: Stamped[RewardEstimate] | None = None

    def connect(self, *, after: Callable[[], None], after_estimate: Callable[[], None] | None) -> None:
        """Subscribe.

        Args:
            after: Called after each message but estimates.
            after_estimate: Called after each estimate; None = the reward needs none.
        """
        self._after, self._after_estimate = after, after_estimate or after
        node, names = self._node, self._names
        node.create_subscription(PoseStamped, names.task_target, self._on_target, qos.LATCHED)
        node.create_subscription(TaskStateMessage, names.task_state, self._on_state, qos.DRIVER)
        if after_estimate is not None:
            node.create_subscription(EstimateMessage, names.reward_estimate, self._on_estimate, qos.NEWEST)

    def _on_target(self, message: PoseStamped) -> None:
        stamp_ns = ns_from_stamp(message.header.stamp)
        self.target = Stamped(value=pose_from_message(message.pose), stamp_ns=stamp_ns, received_s=self._now_s())
        self._after()

    def _on_state(self, message: TaskStateMessage) -> None:
        state = from_message(message, TaskState)
        self.state = Stamped(value=state, stamp_ns=state.stamp_ns, received_s=self._now_s())
        self._after()

    def _on_estimate(self, message: EstimateMessage) -> None:
        estimate = from_message(message, RewardEstimate)
        if not estimate.reason and not 0.0 <= estimate.probability <= 1.0:
            self._node.get_logger().warning(
                f"{self._names.reward_estimate}: a probability is {estimate.probability}, allowed is 0 to 1; the "
                "message is dropped",
                throttle_duration_sec=5.0,
            )
            return
        self.estimate = Stamped(value=estimate, stamp_ns=estimate.stamp_ns, received_s=self._now_s())
        self._after_estimate()
