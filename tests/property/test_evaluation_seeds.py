from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from user_bringup.evaluation.seeds import DEMONSTRATION_SEED_START, EVALUATION_SEED_END, SeedPlan

RUN_SEEDS = st.integers(0, 2**31 - 1)
SIZES = st.lists(st.integers(1, 400), min_size=1, max_size=20)


@settings(deadline=None)
@given(run_seed=RUN_SEEDS, sizes=SIZES, finals=st.lists(st.integers(1, 300), min_size=1, max_size=4))
def test_no_two_evaluations_of_a_run_share_a_seed(run_seed: int, sizes: list[int], finals: list[int]) -> None:
    plan = SeedPlan(run_seed=run_seed)
    seeds: list[int] = []
    for number, size in enumerate(sizes):
        seeds += plan.periodic(used=sum(sizes[:number]), count=size)
    for number, size in enumerate(finals):
        seeds += plan.final(used=sum(finals[:number]), count=size)
    assert len(set(seeds)) == len(seeds) == sum(sizes) + sum(finals)
    assert all(0 <= seed < EVALUATION_SEED_END for seed in seeds)


@given(run_seed=RUN_SEEDS, used=st.integers(0, 10_000), count=st.integers(1, 200))
def test_seeds_depend_on_the_run_seed_alone(run_seed: int, used: int, count: int) -> None:
    first, again = SeedPlan(run_seed=run_seed), SeedPlan(run_seed=run_seed)
    assert first.periodic(used=used, count=count) == again.periodic(used=used, count=count)


@given(run_seed=RUN_SEEDS, used=st.integers(0, 10_000), count=st.integers(1, 200))
def test_demonstrations_are_outside_training_and_evaluation(run_seed: int, used: int, count: int) -> None:
    seeds = SeedPlan(run_seed=run_seed).demonstrations(used=used, count=count)
    assert len(set(seeds)) == count
    assert min(seeds) >= DEMONSTRATION_SEED_START
    assert max(seeds) < 2**63
