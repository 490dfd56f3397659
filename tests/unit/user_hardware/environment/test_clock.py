"""Robot seconds and tick points."""

from __future__ import annotations

import pytest

from user_hardware.environment.clock import ControlClock, TickSchedule


@pytest.mark.parametrize(("factor", "expected"), [(1.0, 3.0), (5.0, 15.0), (0.5, 1.5)])
def test_robot_time_scales_with_the_real_time_factor(factor: float, expected: float) -> None:
    clock = ControlClock(period_s=0.1, real_time_factor=factor, monotonic_s=lambda: 3.0)
    assert clock.now_s() == expected and clock.wall_s() == 3.0


def test_in_lockstep_time_passes_by_ticks_alone() -> None:
    wall = iter(range(100))
    clock = ControlClock(period_s=0.1, real_time_factor=0.0, monotonic_s=lambda: float(next(wall)))
    assert clock.now_s() == clock.now_s() == 0.0
    clock.count_tick()
    assert clock.now_s() == pytest.approx(0.1)


def test_a_late_tick_does_not_move_the_next_one() -> None:
    schedule = TickSchedule(period_s=0.1, start_s=10.0)
    schedule.advance(10.03)
    assert schedule.next_s == pytest.approx(10.1) and schedule.skipped == 0


def test_points_that_have_gone_by_are_skipped_and_counted_never_run_twice() -> None:
    schedule = TickSchedule(period_s=0.1, start_s=10.0)
    schedule.advance(10.25)
    assert schedule.skipped == 2
    assert schedule.next_s == pytest.approx(10.3)


def test_the_schedule_can_begin_anew() -> None:
    schedule = TickSchedule(period_s=0.1, start_s=10.0)
    schedule.restart(20.0)
    assert schedule.next_s == pytest.approx(20.1)
