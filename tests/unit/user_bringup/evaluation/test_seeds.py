from __future__ import annotations

import pytest

from user_bringup.evaluation.seeds import EVALUATION_SEED_END, SeedPlan
from user_core.errors import ConfigurationError


def test_other_run_seeds_give_other_evaluation_seeds() -> None:
    lists = {SeedPlan(run_seed=seed).final(used=0, count=100) for seed in range(20)}
    assert len(lists) == 20


def test_seeds_of_an_evaluation_are_spread_over_their_range() -> None:
    seeds = SeedPlan(run_seed=0).final(used=0, count=100)
    tenths = {seed * 10 // EVALUATION_SEED_END for seed in seeds}
    assert len(tenths) >= 8


def test_a_run_that_asks_for_more_seeds_than_there_are_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="evaluation.episodes of progress_node"):
        SeedPlan(run_seed=0).periodic(used=EVALUATION_SEED_END // 2, count=1)
