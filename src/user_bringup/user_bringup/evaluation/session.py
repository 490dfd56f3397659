"""What the progress node does next: practise, evaluate, end. A state machine over tables on disk, without ROS."""

from __future__ import annotations

from enum import StrEnum

from user_bringup.evaluation.config import ProgressConfig
from user_bringup.evaluation.dispatcher import Dispatcher, Goal
from user_bringup.evaluation.evaluation_table import ClosedEvaluation, Evaluation, EvaluationKind
from user_bringup.evaluation.plans import EXIT_FAILED, PLANS, Demonstrations, Ending, criterion_of
from user_bringup.evaluation.run_counters import RunCounters
from user_bringup.evaluation.run_record import RunRecord
from user_bringup.evaluation.wilson import SuccessRate
from user_core.types import Outcome

ABANDON_AFTER = 12
"""Incomplete episodes in a row after which an evaluation is given up: its version is gone, or a robot is broken."""


class Phase(StrEnum):
    """What a run is doing, for people."""

    PRACTICE = "practice"
    EVALUATION = "evaluation"
    FINAL = "final evaluation"
    IMITATION = "imitation only"
    REQUESTED = "requested evaluation"
    OPERATOR = "evaluation of the operator"
    COLLECTION = "collection"
    DONE = "done"


_PHASE_OF = {
    EvaluationKind.PERIODIC: Phase.EVALUATION,
    EvaluationKind.FINAL: Phase.FINAL,
    EvaluationKind.IMITATION: Phase.IMITATION,
    EvaluationKind.REQUESTED: Phase.REQUESTED,
    EvaluationKind.OPERATOR: Phase.OPERATOR,
    EvaluationKind.COLLECTION: Phase.COLLECTION,
}


class Session:
    """Decides from tables and counters; everything that a restart must know is in the tables.

    Args:
        config: Parameters of the progress node.
        record: The run's tables.
        dispatcher: Knows the robots.
        demonstrations: The task's bag of demonstrations.
    """

    def __init__(
        self, *, config: ProgressConfig, record: RunRecord, dispatcher: Dispatcher, demonstrations: Demonstrations
    ) -> None:
        self._criterion = criterion_of(config)
        self._final_limit_s = config.evaluation.final_limit_s
        self._episodes = record.episodes
        self._evaluations = record.evaluations
        self._dispatcher = dispatcher
        self._plan = PLANS[config.purpose](config=config, evaluations=record.evaluations, demonstrations=demonstrations)
        self._closed: list[ClosedEvaluation] = []
        self.ending: Ending | None = None

    @property
    def phase(self) -> Phase:
        """Return what the run is doing."""
        if self.ending is not None:
            return Phase.DONE
        current = self._evaluations.open
        return _PHASE_OF[current.kind] if current is not None else Phase.PRACTICE

    @property
    def partial_rate(self) -> tuple[SuccessRate, int] | None:
        """Return what the evaluation in progress has so far, and of how many seeds."""
        current = self._evaluations.open
        if current is None:
            return None
        return self._episodes.rate(current.evaluation, current.seeds), len(current.seeds)

    def fail(self, reason: str) -> None:
        """End without a result, because there can be none."""
        self.ending = self.ending or Ending(exit_status=EXIT_FAILED, verdict=reason)

    def take_closed(self) -> list[ClosedEvaluation]:
        """Return the evaluations closed since the last call."""
        closed, self._closed = self._closed, []
        return closed

    def tick(self, counters: RunCounters, *, now_s: float) -> list[Goal]:
        """Move on and return the goals to send now.

        Args:
            counters: The newest counters with the run's wall time.
            now_s: Monotonic time, of the same clock as the dispatcher's.

        Raises:
            LogError: When a table cannot be written.
        """
        current = self._evaluations.open
        if current is not None:
            self._close_if_over(current, counters)
        while self.ending is None and self._evaluations.open is None:
            following = self._plan.next(counters)
            if following is None:
                return []
            if isinstance(following, Ending):
                self.ending = following
            else:
                self._evaluations.begin(following)
        current = self._evaluations.open
        if self.ending is not None or current is None:
            return []
        decided = self._episodes.results(current.evaluation, current.seeds)
        return self._dispatcher.goals(
            current,
            open_seeds=[seed for seed in current.seeds if seed not in decided],
            pinned_version=current.policy_version or self._episodes.pinned_version(current.evaluation),
            now_s=now_s,
        )

    def _close_if_over(self, current: Evaluation, counters: RunCounters) -> None:
        rows = self._episodes.of_evaluation(current.evaluation)
        rate = self._episodes.rate(current.evaluation, current.seeds)
        decided = rate.episodes == len(current.seeds)
        abandoned = "" if decided else self._hopeless(current, counters)
        if decided or abandoned:
            closed = ClosedEvaluation(
                begun=current,
                episodes=rate.episodes,
                successes=rate.successes,
                version=self._episodes.pinned_version(current.evaluation),
                attempts=len(rows),
                closed_wall_s=round(counters.wall_s, 3),
                abandoned=abandoned,
            )
            self._evaluations.close(closed)
            self._closed.append(closed)

    def _hopeless(self, current: Evaluation, counters: RunCounters) -> str:
        rows = self._episodes.of_evaluation(current.evaluation)
        last = rows[-ABANDON_AFTER:]
        if len(last) == ABANDON_AFTER and all(row.outcome == Outcome.INCOMPLETE for row in last):
            return f"{ABANDON_AFTER} incomplete episodes in a row, the last: {last[-1].reason or 'no reason given'}"
        if current.kind is EvaluationKind.COLLECTION and counters.learner_state == "failed":
            return "the learner failed, and nobody would learn from it"
        if current.kind in (EvaluationKind.PERIODIC, EvaluationKind.COLLECTION):
            return self._criterion.exhausted(environment_steps=0, wall_s=counters.wall_s)
        since_s = current.begun_wall_s
        if current.kind in (EvaluationKind.REQUESTED, EvaluationKind.OPERATOR) and rows:
            # Nothing else waits for these, so that any number of episodes has its time as long as they get on.
            since_s = max(since_s, rows[-1].wall_s)
        if counters.wall_s > since_s + self._final_limit_s:
            return f"not finished after {self._final_limit_s:.0f} s"
        return ""
