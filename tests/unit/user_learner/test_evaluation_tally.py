from __future__ import annotations

from tests.support.learning_summaries import make_summary
from user_core.types import Mode, Outcome
from user_learner.evaluation_tally import EvaluationTally


def test_the_first_episode_that_counts_per_seed_is_its_result() -> None:
    tally = EvaluationTally()
    assert tally.add(make_summary(seed=1, outcome=Outcome.INCOMPLETE)) is None
    assert tally.add(make_summary(seed=1, outcome=Outcome.SUCCESS)) is not None
    assert tally.add(make_summary(seed=1, outcome=Outcome.FAILURE)) is None
    result = tally.add(make_summary(seed=2, outcome=Outcome.TIMEOUT))
    assert result is not None
    assert (result.episodes, result.success_rate, result.policy_version) == (2, 0.5, "1.32")


def test_evaluations_are_counted_apart_and_training_is_none() -> None:
    tally = EvaluationTally()
    tally.add(make_summary(seed=1, evaluation="a"))
    other = tally.add(make_summary(seed=1, evaluation="b", outcome=Outcome.TIMEOUT))
    assert other is not None
    assert (other.evaluation, other.success_rate) == ("b", 0.0)
    assert tally.add(make_summary(seed=3, mode=Mode.TRAIN, evaluation="")) is None
