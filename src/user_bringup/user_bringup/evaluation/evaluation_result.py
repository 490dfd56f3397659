"""An evaluation seed by seed, and what follows from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from user_bringup.evaluation.episode_table import EpisodeRow, EpisodeTable
from user_bringup.evaluation.evaluation_table import ClosedEvaluation
from user_bringup.evaluation.mean_interval import MeanInterval
from user_bringup.evaluation.wilson import SuccessRate


@dataclass(frozen=True, kw_only=True)
class SeedResult:
    """The episode that decided a seed.

    Attributes:
        steps: Actions taken.
        episode_return: Sum of its rewards.
        time_to_success_s: Robot time, steps times the period; None without success.
        interventions: How often a person took over.
        human_steps: Steps that a person decided or shared.
        stage: Highest stage reached.
        ground_truth: success, failure or open as the task knows it; "" where nobody knows.
    """

    seed: int
    episode: str
    outcome: str
    success: bool
    steps: int
    episode_return: float
    time_to_success_s: float | None
    interventions: int
    human_steps: int
    stage: int
    ground_truth: str
    disagrees: bool

    @classmethod
    def of(cls, row: EpisodeRow, *, control_rate_hz: float) -> SeedResult:
        """Take over what the table says; without a known rate there are no times."""
        timed = row.succeeded and control_rate_hz > 0
        return cls(
            seed=row.seed,
            episode=row.episode,
            outcome=row.outcome,
            success=row.succeeded,
            steps=row.length,
            episode_return=round(row.episode_return, 6),
            time_to_success_s=round(row.length / control_rate_hz, 6) if timed else None,
            interventions=row.interventions,
            human_steps=row.human_steps,
            stage=row.stage,
            ground_truth=row.ground_truth,
            disagrees=row.contradicted,
        )


def seed_results(
    evaluation: ClosedEvaluation, episodes: EpisodeTable, *, control_rate_hz: float
) -> tuple[SeedResult, ...]:
    """Return the results of an evaluation in the order of its seeds; those not decided are left out."""
    decided = episodes.decisions(evaluation.begun.evaluation, evaluation.begun.seeds)
    rows = [decided[seed] for seed in evaluation.begun.seeds if seed in decided]
    return tuple(SeedResult.of(row, control_rate_hz=control_rate_hz) for row in rows)


def summarise_results(results: Sequence[SeedResult], *, by_operator: bool) -> dict[str, Any]:
    """Return the figures of an evaluation; None stands for what cannot be said.

    Args:
        results: Seed by seed.
        by_operator: A person performed it, so that who intervened is no question.
    """
    rate = SuccessRate(episodes=len(results), successes=sum(item.success for item in results))
    time = MeanInterval.of([item.time_to_success_s for item in results if item.time_to_success_s is not None])
    free = sum(item.human_steps == 0 and item.interventions == 0 for item in results)
    judged = [item for item in results if item.ground_truth]
    return {
        **rate.fields(),
        "time_to_success_s": {key: _rounded(value) for key, value in dataclasses.asdict(time).items()},
        "intervention_free": None if by_operator or not results else round(free / len(results), 4),
        "success_by_stage": success_by_stage(results),
        "ground_truth_known": len(judged),
        "ground_truth_disagreements": sum(item.disagrees for item in judged),
    }


def success_by_stage(results: Sequence[SeedResult]) -> Mapping[str, float]:
    """Return for each stage the share of episodes that reached it; empty where a task has no stages but success."""
    if all(item.stage in (0, int(item.success)) for item in results):
        return {}
    top = max(item.stage for item in results)
    count = len(results)
    return {str(stage): round(sum(item.stage >= stage for item in results) / count, 4) for stage in range(1, top + 1)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
