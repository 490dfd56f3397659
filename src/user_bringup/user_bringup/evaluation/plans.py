"""What comes next in a run, by its purpose: train, collect, evaluate. Plans read the tables and keep no state."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from user_bringup.evaluation.config import EvaluationConfig, ProgressConfig
from user_bringup.evaluation.evaluation_request import EvaluationRequest
from user_bringup.evaluation.evaluation_table import ClosedEvaluation, Evaluation, EvaluationKind, EvaluationTable
from user_bringup.evaluation.run_counters import RunCounters
from user_bringup.evaluation.seeds import SeedPlan
from user_bringup.evaluation.stop_criterion import StopCriterion

EXIT_MET = 0
EXIT_FAILED = 1
EXIT_BUDGET = 3
_JUDGED_EPISODES = 20
_WITHOUT_WEIGHTS = ("waiting", "loading", "pretraining")
"""States of a learner that has sent no weights, as long as it has done no update."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """The run is over: its exit status and why, for people."""

    exit_status: int
    verdict: str


class Demonstrations(Protocol):
    """The task's bag of demonstrations."""

    @property
    def folder(self) -> Path:
        """Where the bag lies."""

    @property
    def present(self) -> bool:
        """Whether it is complete."""

    def keep(self, count: int) -> bool:
        """Make it of the run's first `count` successes; False while the log does not hold them."""


class Plan(Protocol):
    """Decides what follows when no evaluation is in progress."""

    def next(self, counters: RunCounters) -> Evaluation | Ending | None:
        """Return the evaluation to begin, the end of the run, or None to go on practising."""


class TrainPlan:
    """Practice with periodic evaluations, then the final one and imitation alone on the same seeds."""

    def __init__(self, *, config: ProgressConfig, evaluations: EvaluationTable, demonstrations: Demonstrations) -> None:
        self._settings: EvaluationConfig = config.evaluation
        self._evaluations = evaluations
        self._seeds = SeedPlan(run_seed=config.seed)
        self._criterion = criterion_of(config)
        self._collection = CollectPlan(config=config, evaluations=evaluations, demonstrations=demonstrations)

    def next(self, counters: RunCounters) -> Evaluation | Ending | None:
        """Collect demonstrations where there are none, evaluate when due, end with the final evaluations."""
        if counters.learner_state == "failed":
            return Ending(exit_status=EXIT_FAILED, verdict=f"the learner failed: {counters.learner_detail}")
        collection = self._collection.next(counters)
        if not isinstance(collection, Ending) or collection.exit_status != EXIT_MET:
            return collection
        if counters.learner_state == "done":
            return self._next_at_end(counters) or Ending(exit_status=EXIT_MET, verdict=counters.learner_detail)
        periodic = self._evaluations.closed_since_finish(EvaluationKind.PERIODIC)
        budget = self._criterion.exhausted(environment_steps=counters.training_steps, wall_s=counters.wall_s)
        if self._criterion.met(periodic):
            return self._next_at_end(counters) or Ending(exit_status=EXIT_MET, verdict="criterion met")
        if budget:
            return self._next_at_end(counters) or Ending(exit_status=EXIT_BUDGET, verdict=f"budget used up: {budget}")
        if self._evaluations.closed_since_finish(EvaluationKind.FINAL):
            # The final evaluation belongs to a launch that was interrupted, and this one was given a larger budget.
            self._evaluations.finish()
        if self._due(periodic, counters):
            used = self._evaluations.seeds_used(EvaluationKind.PERIODIC)
            seeds = self._seeds.periodic(used=used, count=self._settings.episodes)
            return new_evaluation(EvaluationKind.PERIODIC, seeds, "", counters)
        return None

    def _due(self, recent: tuple[ClosedEvaluation, ...], counters: RunCounters) -> bool:
        if not self._settings.every_steps:
            return False
        if self._criterion.streak(recent):
            return True
        earlier = self._evaluations.closed(EvaluationKind.PERIODIC)
        if not earlier and self._settings.at_start:
            return True
        last = earlier[-1].begun.training_steps if earlier else 0
        first = max(self._settings.first_at_steps, 1)
        return counters.training_steps >= (first if last < first else last + self._settings.every_steps)

    def _next_at_end(self, counters: RunCounters) -> Evaluation | None:
        if not counters.updates and counters.learner_state in _WITHOUT_WEIGHTS:
            return None
        finals = self._evaluations.closed_since_finish(EvaluationKind.FINAL)
        if not finals:
            count = self._settings.final_episodes
            seeds = fresh_seeds(self._evaluations, self._seeds, count)
            # The last version of a learner that is done may still be on its way to the policy.
            version = counters.required_version if counters.learner_state == "done" else ""
            return new_evaluation(EvaluationKind.FINAL, seeds, version, counters) if count else None
        compared = self._evaluations.closed_since_finish(EvaluationKind.IMITATION)
        version = self._settings.imitation_version
        if finals[-1].abandoned or compared or not version:
            return None
        return new_evaluation(EvaluationKind.IMITATION, finals[-1].begun.seeds, version, counters)


class CollectPlan:
    """Batches of demonstrations until enough have succeeded and are kept for later runs."""

    def __init__(self, *, config: ProgressConfig, evaluations: EvaluationTable, demonstrations: Demonstrations) -> None:
        self._settings = config.collect
        self._demonstrations = demonstrations
        self._evaluations = evaluations
        self._seeds = SeedPlan(run_seed=config.seed)
        self._criterion = criterion_of(config)

    def next(self, counters: RunCounters) -> Evaluation | Ending | None:
        """Collect what is missing, or end; None while the log does not hold all of it yet."""
        needed = self._settings.count
        if not needed or self._demonstrations.present:
            return Ending(exit_status=EXIT_MET, verdict=f"demonstrations are there: {self._demonstrations.folder}")
        batches = self._evaluations.closed(EvaluationKind.COLLECTION)
        episodes = sum(item.episodes for item in batches)
        successes = sum(item.successes for item in batches)
        missing = needed - successes
        if missing <= 0:
            if not self._demonstrations.keep(needed):
                return None
            said = f"{needed} demonstrations of {episodes} episodes kept in {self._demonstrations.folder}"
            return Ending(exit_status=EXIT_MET, verdict=said)
        budget = self._criterion.exhausted(environment_steps=0, wall_s=counters.wall_s)
        if budget:
            return Ending(exit_status=EXIT_BUDGET, verdict=f"budget used up: {budget}")
        recent = self._evaluations.closed_since_finish(EvaluationKind.COLLECTION)
        if recent and recent[-1].abandoned:
            return Ending(exit_status=EXIT_FAILED, verdict=recent[-1].abandoned)
        if episodes >= _JUDGED_EPISODES and 1 - successes / episodes > self._settings.max_failure_rate:
            said = f"{successes} of {episodes} episodes succeeded, the demonstrator fails too often"
            return Ending(exit_status=EXIT_FAILED, verdict=said)
        used = self._evaluations.seeds_used(EvaluationKind.COLLECTION)
        seeds = self._seeds.demonstrations(used=used, count=missing)
        return new_evaluation(EvaluationKind.COLLECTION, seeds, "", counters)


class EvaluatePlan:
    """One evaluation: of the seeds that the folder's request lists, else of seeds that the run has never used."""

    kind = EvaluationKind.REQUESTED

    def __init__(self, *, config: ProgressConfig, evaluations: EvaluationTable, demonstrations: Demonstrations) -> None:
        del demonstrations
        self._settings = config.evaluation
        self._evaluations = evaluations
        self._seeds = SeedPlan(run_seed=config.seed)
        self._request = EvaluationRequest.read(Path(config.run_folder)) if config.run_folder else None

    def next(self, counters: RunCounters) -> Evaluation | Ending | None:
        """Evaluate, or end with the result."""
        results = self._evaluations.closed_since_finish(self.kind)
        if not results:
            return new_evaluation(self.kind, self._chosen_seeds(), self._settings.policy_version, counters)
        result = results[-1]
        if result.abandoned:
            return Ending(exit_status=EXIT_FAILED, verdict=result.abandoned)
        return Ending(exit_status=EXIT_MET, verdict=f"{result.successes} of {result.episodes} episodes succeeded")

    def _chosen_seeds(self) -> tuple[int, ...]:
        if self._request is not None:
            return self._request.seeds
        return fresh_seeds(self._evaluations, self._seeds, max(self._settings.final_episodes, 1))


class EvaluateOperatorPlan(EvaluatePlan):
    """The same, performed by the person at the device instead of a policy."""

    kind = EvaluationKind.OPERATOR


class RewardDataPlan:
    """Episodes for the pictures in them, each once, whatever becomes of it; the run's log is what is kept."""

    def __init__(self, *, config: ProgressConfig, evaluations: EvaluationTable, demonstrations: Demonstrations) -> None:
        del demonstrations
        self._wanted = config.collect.reward_episodes
        self._evaluations = evaluations
        self._seeds = SeedPlan(run_seed=config.seed)

    def next(self, counters: RunCounters) -> Evaluation | Ending | None:
        """Collect what is missing, or end."""
        recent = self._evaluations.closed_since_finish(EvaluationKind.COLLECTION)
        if recent and recent[-1].abandoned:
            return Ending(exit_status=EXIT_FAILED, verdict=recent[-1].abandoned)
        batches = self._evaluations.closed(EvaluationKind.COLLECTION)
        episodes, successes = sum(item.episodes for item in batches), sum(item.successes for item in batches)
        if episodes >= self._wanted:
            said = f"{episodes} episodes, {successes} of them marked as successes, are in the run's bag transitions/"
            return Ending(exit_status=EXIT_MET, verdict=said)
        used = self._evaluations.seeds_used(EvaluationKind.COLLECTION)
        seeds = self._seeds.demonstrations(used=used, count=self._wanted - episodes)
        return new_evaluation(EvaluationKind.COLLECTION, seeds, "", counters)


PLANS: dict[str, type[TrainPlan] | type[CollectPlan] | type[EvaluatePlan] | type[RewardDataPlan]] = {
    "train": TrainPlan,
    "collect": CollectPlan,
    "evaluate": EvaluatePlan,
    "evaluate_operator": EvaluateOperatorPlan,
    "collect_reward_data": RewardDataPlan,
}


def criterion_of(config: ProgressConfig) -> StopCriterion:
    """Return the stop criterion that the parameters describe."""
    return StopCriterion(
        success_rate=config.stop.at_success_rate,
        wilson_low=config.stop.at_wilson_low,
        confirmations=config.stop.confirmations,
        max_environment_steps=config.stop.max_environment_steps,
        max_wall_s=config.stop.max_wall_s,
    )


def fresh_seeds(evaluations: EvaluationTable, plan: SeedPlan, count: int) -> tuple[int, ...]:
    """Return seeds that no evaluation of the run has used, for a figure that is published."""
    used = evaluations.seeds_used(EvaluationKind.FINAL) + evaluations.seeds_used(EvaluationKind.REQUESTED)
    return plan.final(used=used, count=count)


def new_evaluation(kind: EvaluationKind, seeds: tuple[int, ...], version: str, counters: RunCounters) -> Evaluation:
    """Return an evaluation with a UUID of its own that begins now."""
    return Evaluation(
        evaluation=str(uuid.uuid4()),
        kind=kind,
        seeds=seeds,
        policy_version=version,
        training_steps=counters.training_steps,
        updates=counters.updates,
        begun_wall_s=round(counters.wall_s, 3),
    )
