from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from user_bringup.evaluation.paired_tests import paired_difference, sign_test, signed_rank_test


@pytest.mark.parametrize(
    ("wins", "losses", "p"),
    [(0, 0, 1.0), (3, 3, 1.0), (5, 0, 2 / 32), (0, 9, 2 / 512), (8, 2, 2 * (1 + 10 + 45) / 1024)],
)
def test_the_sign_test_counts_out_the_binomial(wins: int, losses: int, p: float) -> None:
    assert sign_test(wins, losses) == pytest.approx(p)


def test_the_sign_test_is_scipys_exact_one_for_many_pairs() -> None:
    assert sign_test(420, 380) == pytest.approx(stats.binomtest(420, 800).pvalue)


def by_enumeration(differences: list[float]) -> float:
    ranks = stats.rankdata(np.abs(differences))
    signs = np.array(list(itertools.product((0, 1), repeat=len(ranks))))
    sums = signs @ ranks
    positive = ranks[np.array(differences) > 0].sum()
    extreme = min(positive, ranks.sum() - positive)
    return min(1.0, 2 * float(np.mean(sums <= extreme + 1e-9)))


@pytest.mark.parametrize(
    "differences",
    [[0.1, 0.2, 0.3, -0.4, 0.5], [1, 1, 1, -1, 2, 2, -3], [-0.1] * 6, [0.5], [0.3, -0.3]],
)
def test_the_signed_rank_test_is_exact_with_ties_too(differences: list[float]) -> None:
    assert signed_rank_test(differences) == pytest.approx(by_enumeration(differences))


def test_differences_of_zero_say_nothing() -> None:
    assert signed_rank_test([]) == signed_rank_test([0.0, 0.0]) == 1.0
    assert signed_rank_test([0.0, 0.1, 0.2, 0.3]) == signed_rank_test([0.1, 0.2, 0.3]) == pytest.approx(0.25)


def test_the_interval_of_a_paired_difference_holds_it_and_stays_in_range() -> None:
    assert paired_difference(0, 0, 20)[0] == 0.0
    difference, low, high = paired_difference(9, 0, 12)
    assert (difference, low < difference < high) == (0.75, True)
    # By hand: p = 10/14 and 1/14, centre 9/14, variance (11/14 - 81/196) / 14.
    assert low == pytest.approx(9 / 14 - 1.959964 * ((11 / 14 - 81 / 196) / 14) ** 0.5)
    assert paired_difference(0, 3, 3)[1] == -1.0
    assert paired_difference(2, 9, 12)[0] == -paired_difference(9, 2, 12)[0]
