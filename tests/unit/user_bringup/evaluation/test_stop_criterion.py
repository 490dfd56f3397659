from __future__ import annotations

import pytest

from user_bringup.evaluation.evaluation_table import ClosedEvaluation, Evaluation, EvaluationKind
from user_bringup.evaluation.stop_criterion import StopCriterion


def closed(successes: int, *, abandoned: str = "") -> ClosedEvaluation:
    begun = Evaluation(
        evaluation="e",
        kind=EvaluationKind.PERIODIC,
        seeds=tuple(range(20)),
        policy_version="",
        training_steps=0,
        updates=0,
        begun_wall_s=0.0,
    )
    return ClosedEvaluation(
        begun=begun, episodes=20, successes=successes, version="", attempts=20, closed_wall_s=0.0, abandoned=abandoned
    )


def criterion(*, rate: float = 0.9, wilson_low: float = 0.0, confirmations: int = 1) -> StopCriterion:
    return StopCriterion(
        success_rate=rate,
        wilson_low=wilson_low,
        confirmations=confirmations,
        max_environment_steps=1000,
        max_wall_s=0.0,
    )


@pytest.mark.parametrize(
    ("successes", "confirmations", "met"),
    [
        ([], 1, False),
        ([17], 1, False),
        ([18], 1, True),
        ([18], 2, False),
        ([18, 18], 2, True),
        ([18, 17, 18], 2, False),
        ([20, 0], 1, False),
    ],
)
def test_the_last_evaluations_in_a_row_decide(successes: list[int], confirmations: int, met: bool) -> None:
    assert criterion(confirmations=confirmations).met([closed(count) for count in successes]) is met


def test_the_lower_end_of_the_interval_can_be_asked_for() -> None:
    strict = criterion(wilson_low=0.8)
    assert not strict.met([closed(18)])  # Wilson low .699
    assert strict.met([closed(20)])  # Wilson low .839


def test_an_evaluation_that_was_given_up_never_counts() -> None:
    assert not criterion().met([closed(20, abandoned="given up")])


def test_a_limit_of_zero_is_none() -> None:
    assert criterion().exhausted(environment_steps=999, wall_s=1e9) == ""
    assert "1000" in criterion().exhausted(environment_steps=1000, wall_s=0.0)
