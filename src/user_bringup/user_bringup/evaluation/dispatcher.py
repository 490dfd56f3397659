"""Which robot runs which seeds of an evaluation; sends again what was lost on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from user_bringup.evaluation.evaluation_table import Evaluation
from user_core.types import Mode

SILENT_S = 5.0
"""A robot whose status was not heard for this long is given no seeds, and those that it has go to others."""

RESEND_S = 10.0
"""A goal that the robot's status does not name for this long is sent again; that is harmless when it had arrived."""

RETRY_S = 1.0
"""Pause before a robot gets another goal of an evaluation: its last summaries may still be on their way."""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One RunEpisodes goal for one robot."""

    number: int
    robot: str
    mode: Mode
    deterministic: bool
    seeds: tuple[int, ...]
    policy_version: str
    evaluation: str


@dataclass(frozen=True, kw_only=True)
class RobotView:
    """What a robot's EnvironmentStatus said last; `heard_s` is monotonic seconds at receipt."""

    source: str
    evaluation: str
    heard_s: float


@dataclass(kw_only=True)
class _Assignment:
    goal: Goal
    source: str
    named_s: float


class Dispatcher:
    """Splits open seeds over the live robots, one goal a robot at a time.

    Args:
        robots: Names of the robots, in order of preference.
        fixed_shares: Robot i of N runs seeds i, i + N, … of an evaluation and no other: robots at different tasks
            cannot stand in for each other.
    """

    def __init__(self, *, robots: Sequence[str], fixed_shares: bool = False) -> None:
        self._robots = tuple(robots)
        self._fixed_shares = fixed_shares
        self._views: dict[str, RobotView] = {}
        self._assigned: dict[str, _Assignment] = {}
        self._paused: dict[str, tuple[str, float]] = {}
        self._goals = 0

    def on_status(self, robot: str, view: RobotView) -> None:
        """Take a robot's status."""
        self._views[robot] = view
        assignment = self._assigned.get(robot)
        if assignment is not None and view.evaluation == assignment.goal.evaluation:
            assignment.named_s = view.heard_s

    def on_goal_closed(self, robot: str, number: int, *, now_s: float) -> None:
        """Note that a goal was refused or has ended, whatever came of it."""
        assignment = self._assigned.get(robot)
        if assignment is not None and assignment.goal.number == number:
            del self._assigned[robot]
            self._paused[robot] = (assignment.goal.evaluation, now_s + RETRY_S)

    def goals(
        self, evaluation: Evaluation, *, open_seeds: Sequence[int], pinned_version: str, now_s: float
    ) -> list[Goal]:
        """Return the goals to send now.

        Args:
            evaluation: The evaluation in progress.
            open_seeds: Its seeds without a result.
            pinned_version: Version that all its episodes must use; "" until the first episode has fixed it, and so
                long only one robot is given seeds; then its goal is replaced by one that names the version.
            now_s: Monotonic time.
        """
        live = [name for name in self._robots if self._is_live(name, now_s)]
        running: set[int] = set()
        for name, assignment in list(self._assigned.items()):
            if not self._stands(name, evaluation, now_s):
                del self._assigned[name]
            elif pinned_version and not assignment.goal.policy_version:
                running.update([seed for seed in assignment.goal.seeds if seed in open_seeds][:1])
                del self._assigned[name]
        held = {seed for item in self._assigned.values() for seed in item.goal.seeds}
        # The episode that a robot is in finishes and may decide its seed, so that seed comes last. It is not left out:
        # a robot whose goal has ended goes back to practice until the next one comes.
        unassigned = sorted((seed for seed in open_seeds if seed not in held), key=running.__contains__)
        busy = {name for name, item in self._assigned.items() if set(item.goal.seeds) & set(open_seeds)}
        free = [name for name in live if name not in busy and not self._pauses(name, evaluation, now_s)]
        by_operator = evaluation.kind.by_operator
        if not pinned_version and not by_operator:
            free = [] if busy else free[:1]
        goals = []
        for index, name in enumerate(free):
            if self._fixed_shares:
                share = evaluation.seeds[self._robots.index(name) :: len(self._robots)]
                seeds = tuple(seed for seed in unassigned if seed in share)
            else:
                seeds = tuple(unassigned[index :: len(free)])
            if seeds:
                goals.append(self._assign(name, evaluation, seeds, pinned_version, by_operator, now_s))
        return goals

    def _assign(
        self, name: str, evaluation: Evaluation, seeds: tuple[int, ...], version: str, by_operator: bool, now_s: float
    ) -> Goal:
        self._goals += 1
        goal = Goal(
            number=self._goals,
            robot=name,
            mode=Mode.COLLECT if by_operator else Mode.EVALUATE,
            deterministic=not by_operator,
            seeds=seeds,
            policy_version=version,
            evaluation=evaluation.evaluation,
        )
        self._assigned[name] = _Assignment(goal=goal, source=self._views[name].source, named_s=now_s)
        return goal

    def _pauses(self, name: str, evaluation: Evaluation, now_s: float) -> bool:
        paused, until_s = self._paused.get(name, ("", 0.0))
        return paused == evaluation.evaluation and now_s < until_s

    def _is_live(self, name: str, now_s: float) -> bool:
        view = self._views.get(name)
        return view is not None and now_s - view.heard_s <= SILENT_S

    def _stands(self, name: str, evaluation: Evaluation, now_s: float) -> bool:
        assignment, view = self._assigned[name], self._views[name]
        return (
            assignment.goal.evaluation == evaluation.evaluation
            and self._is_live(name, now_s)
            and view.source == assignment.source
            and now_s - assignment.named_s <= RESEND_S
        )
