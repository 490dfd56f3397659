"""When a run has learned enough, and when its budget is used up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from user_bringup.evaluation.evaluation_table import ClosedEvaluation
from user_bringup.evaluation.wilson import SuccessRate


@dataclass(frozen=True, kw_only=True)
class StopCriterion:
    """Judges periodic evaluations and budgets.

    Attributes:
        success_rate: Rate that an evaluation must reach; above 1 is never reached.
        wilson_low: Lower end of the 95 % interval that it must reach as well; 0 asks for nothing.
        confirmations: How many evaluations in a row must reach both.
        max_environment_steps: Training steps of the run; 0 = no limit.
        max_wall_s: Wall seconds of the run; 0 = no limit.
    """

    success_rate: float
    wilson_low: float
    confirmations: int
    max_environment_steps: int
    max_wall_s: float

    def streak(self, evaluations: Sequence[ClosedEvaluation]) -> int:
        """Return how many of the last evaluations in a row reached the rate."""
        count = 0
        for evaluation in reversed(evaluations):
            if not self._reached(evaluation):
                break
            count += 1
        return count

    def met(self, evaluations: Sequence[ClosedEvaluation]) -> bool:
        """Tell whether the run has reached its goal."""
        return self.streak(evaluations) >= self.confirmations

    def exhausted(self, *, environment_steps: int, wall_s: float) -> str:
        """Return which budget is used up, in words; "" while none is."""
        if 0 < self.max_environment_steps <= environment_steps:
            return f"{environment_steps} environment steps, the budget is {self.max_environment_steps}"
        if 0 < self.max_wall_s <= wall_s:
            return f"{wall_s:.0f} s of wall time, the budget is {self.max_wall_s:.0f}"
        return ""

    def _reached(self, evaluation: ClosedEvaluation) -> bool:
        if evaluation.abandoned or not evaluation.episodes:
            return False
        rate = SuccessRate(episodes=evaluation.episodes, successes=evaluation.successes)
        return rate.rate >= self.success_rate and rate.wilson()[0] >= self.wilson_low
