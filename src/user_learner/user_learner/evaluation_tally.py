"""Successes per evaluation, counted from the log."""

from __future__ import annotations

from dataclasses import dataclass, field

from user_core.types import EpisodeSummary, Mode, Outcome


@dataclass(kw_only=True)
class EvaluationResult:
    """What an evaluation has shown so far; the first episode that counts per seed is its result."""

    evaluation: str
    policy_version: str = ""
    success_by_seed: dict[int, bool] = field(default_factory=dict)

    @property
    def episodes(self) -> int:
        """Return the number of seeds that have a result."""
        return len(self.success_by_seed)

    @property
    def success_rate(self) -> float:
        """Return the share of successes, 0 before the first episode."""
        return sum(self.success_by_seed.values()) / self.episodes if self.episodes else 0.0


class EvaluationTally:
    """Results by evaluation UUID."""

    def __init__(self) -> None:
        self._results: dict[str, EvaluationResult] = {}

    def add(self, summary: EpisodeSummary) -> EvaluationResult | None:
        """Count an episode; return its evaluation's result when the episode changed it."""
        if summary.mode is not Mode.EVALUATE or not summary.evaluation or summary.outcome is Outcome.INCOMPLETE:
            return None
        result = self._results.setdefault(summary.evaluation, EvaluationResult(evaluation=summary.evaluation))
        if summary.seed in result.success_by_seed:
            return None
        result.success_by_seed[summary.seed] = summary.outcome is Outcome.SUCCESS
        result.policy_version = next(iter(summary.policy_versions), result.policy_version)
        return result
