"""Goals of one action over a real node: sent without waiting, and reported on as the answers come in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from action_msgs.msg import GoalStatus
from rclpy.action import ActionClient
from rclpy.callback_groups import CallbackGroup
from rclpy.node import Node
from rclpy.task import Future

from user_core.goals import GoalEvent, GoalReport, OnGoalReport

_ENDINGS = {GoalStatus.STATUS_SUCCEEDED: GoalEvent.SUCCEEDED, GoalStatus.STATUS_CANCELED: GoalEvent.CANCELED}


class ActionGoals:
    """Sends goals; satisfies `SendGoal`.

    Args:
        node: Whose executor takes the answers.
        action_type: The action's class.
        name: The action's name, relative to the node's namespace.
        callback_group: Of the answers.
    """

    def __init__(
        self, *, node: Node, action_type: type[Any], name: str, callback_group: CallbackGroup | None = None
    ) -> None:
        self._node = node
        self._goal_type = action_type.Goal
        self._name = name
        self._client = ActionClient(node, action_type, name, callback_group=callback_group)

    def __call__(self, fields: Mapping[str, Any], report: OnGoalReport) -> Callable[[], None]:
        """Send a goal; return a function that cancels it. One that cannot be sent is refused at once."""
        goal = _Goal(report)
        try:
            problem = "" if self._client.server_is_ready() else "no server is there"
            if not problem:
                sent = self._client.send_goal_async(self._goal_type(**fields), feedback_callback=goal.on_feedback)
                sent.add_done_callback(goal.on_answer)
        except RuntimeError as error:  # RCLError is one; its class is private to rclpy
            problem = str(error)
        if problem:
            self._node.get_logger().warning(f"{self._name}: a goal is lost: {problem}", throttle_duration_sec=10.0)
            report(GoalReport(event=GoalEvent.REFUSED, reason=f"{self._name}: {problem}"))
        return goal.cancel


class _Goal:
    """One goal under way; canceled as soon as the server has it, if that is asked for earlier."""

    def __init__(self, report: OnGoalReport) -> None:
        self._report = report
        self._handle: Any = None
        self._early_feedback: list[Any] = []
        self._canceled = False

    def cancel(self) -> None:
        """Ask the server to stop; its result says whether it did."""
        self._canceled = True
        if self._handle is not None:
            self._handle.cancel_goal_async()

    def on_feedback(self, message: Any) -> None:
        """Pass feedback on; it comes by a topic, which may overtake the server's yes."""
        if self._handle is None:
            self._early_feedback.append(message)
        else:
            self._report(GoalReport(event=GoalEvent.FEEDBACK, message=message.feedback))

    def on_answer(self, sent: Future) -> None:
        """Take the server's yes or no."""
        if (handle := self._value(sent)) is None:
            return
        if not handle.accepted:
            self._report(GoalReport(event=GoalEvent.REFUSED, reason="the server refused the goal"))
            return
        self._handle = handle
        handle.get_result_async().add_done_callback(self._on_result)
        self._report(GoalReport(event=GoalEvent.ACCEPTED))
        for message in self._early_feedback:
            self.on_feedback(message)
        if self._canceled:
            self.cancel()

    def _on_result(self, done: Future) -> None:
        if (answer := self._value(done)) is None:
            return
        event = _ENDINGS.get(answer.status, GoalEvent.ABORTED)
        reason = str(getattr(answer.result, "error", ""))
        self._report(GoalReport(event=event, message=answer.result, reason=reason))

    def _value(self, future: Future) -> Any:
        """Return what a future brought, or None after reporting why it brought nothing."""
        try:
            return future.result()
        except RuntimeError as error:
            self._report(GoalReport(event=GoalEvent.ABORTED, reason=str(error)))
            return None
