from __future__ import annotations

from user_bringup.evaluation.wall_clock import WallClock


def test_a_respawn_within_a_launch_counts_the_time_it_was_down() -> None:
    first = WallClock.resume(None, last_wall_s=0.0, launched_at_s=1000.0)
    again = WallClock.resume(first, last_wall_s=first.wall_s(1030.0), launched_at_s=1000.0)
    assert again.wall_s(1050.0) == 50.0


def test_launches_of_a_run_add_up_without_the_time_between_them() -> None:
    first = WallClock.resume(None, last_wall_s=0.0, launched_at_s=1000.0)
    second = WallClock.resume(first, last_wall_s=first.wall_s(1030.0), launched_at_s=9000.0)
    assert second.wall_s(9010.0) == 40.0


def test_a_restarted_machine_whose_clock_begins_anew_does_not_count_backwards() -> None:
    first = WallClock.resume(None, last_wall_s=0.0, launched_at_s=1000.0)
    second = WallClock.resume(first, last_wall_s=30.0, launched_at_s=5.0)
    assert second.wall_s(6.0) == 31.0
