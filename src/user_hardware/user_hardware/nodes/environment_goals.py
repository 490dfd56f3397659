"""The RunEpisodes action: goals in, feedback per episode, never a wait."""

from __future__ import annotations

from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.node import Node

from user_core.types import Mode
from user_hardware.environment.goal import EpisodeResult, EpisodeSchedule, Goal, GoalProgress
from user_interfaces.action import RunEpisodes

_MODES = (Mode.EVALUATE.value, Mode.COLLECT.value)


class EpisodeGoals:
    """Passes goals to the schedule; the newest one replaces the one before.

    Args:
        node: Where the action lives.
        schedule: Runs the episodes.
    """

    def __init__(self, *, node: Node, schedule: EpisodeSchedule) -> None:
        self._node = node
        self._schedule = schedule
        self._progress: dict[bytes, GoalProgress] = {}
        self._server = ActionServer(
            node,
            RunEpisodes,
            "environment/run_episodes",
            # A coroutine that waits for the last episode would be asked again and again whether it is done.
            execute_callback=_never_by_itself,
            handle_accepted_callback=self._begin,
            goal_callback=self._judge,
            cancel_callback=self._cancel,
        )

    def _judge(self, goal: RunEpisodes.Goal) -> GoalResponse:
        if goal.mode in _MODES and goal.seeds:
            return GoalResponse.ACCEPT
        self._node.get_logger().warning(
            f"a RunEpisodes goal with mode {goal.mode!r} and {len(goal.seeds)} seeds is refused; "
            f"allowed are {' or '.join(_MODES)} and at least one seed"
        )
        return GoalResponse.REJECT

    def _cancel(self, handle: ServerGoalHandle) -> CancelResponse:
        progress = self._progress.get(bytes(handle.goal_id.uuid))
        if progress is not None:
            self._schedule.cancel(progress)
        return CancelResponse.ACCEPT

    def _begin(self, handle: ServerGoalHandle) -> None:
        request = handle.request
        goal = Goal(
            mode=Mode(request.mode),
            seeds=tuple(request.seeds),
            deterministic=request.deterministic,
            policy_version=request.policy_version,
            evaluation=request.evaluation,
        )
        progress = GoalProgress(
            goal=goal,
            report=lambda result: handle.publish_feedback(_feedback(goal, result)),
            finish=lambda progress, reason: handle.execute(lambda handle: self._end(handle, progress, reason)),
        )
        self._progress[bytes(handle.goal_id.uuid)] = progress
        self._schedule.set_goal(progress)

    def _end(self, handle: ServerGoalHandle, progress: GoalProgress, reason: str) -> RunEpisodes.Result:
        del self._progress[bytes(handle.goal_id.uuid)]
        if handle.is_cancel_requested:
            handle.canceled()
        elif reason:
            handle.abort()
        else:
            handle.succeed()
        return RunEpisodes.Result(
            evaluation=progress.goal.evaluation,
            episodes=progress.counted,
            successes=progress.successes,
            reason=reason,
        )


def _never_by_itself(handle: ServerGoalHandle) -> RunEpisodes.Result:
    raise AssertionError("a goal is executed by its last episode")


def _feedback(goal: Goal, result: EpisodeResult) -> RunEpisodes.Feedback:
    return RunEpisodes.Feedback(
        evaluation=goal.evaluation,
        seed=result.seed,
        episode=result.episode,
        outcome=result.outcome.value,
        counts=result.counts,
        episode_return=float(result.episode_return),
        # By 0 its sender knows that no summary will come; in a summary the length of a begun episode may be 0 as well.
        length=result.actions,
    )
