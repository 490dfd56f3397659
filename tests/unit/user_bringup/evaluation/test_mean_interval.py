from __future__ import annotations

import pytest

from user_bringup.evaluation.mean_interval import MeanInterval


def test_students_interval_by_hand() -> None:
    # Variance 1, t(2, .975) = 4.302653: half width 4.302653 / sqrt(3).
    found = MeanInterval.of([1.0, 2.0, 3.0])
    assert (found.count, found.mean) == (3, 2.0)
    assert (found.low, found.high) == pytest.approx((2.0 - 2.484138, 2.0 + 2.484138), abs=1e-5)


def test_nothing_is_said_that_is_not_known() -> None:
    assert MeanInterval.of([]) == MeanInterval(count=0, mean=None, low=None, high=None)
    assert MeanInterval.of([4.0]) == MeanInterval(count=1, mean=4.0, low=None, high=None)
