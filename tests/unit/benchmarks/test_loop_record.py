from __future__ import annotations

import pytest

from benchmarks.loop_record import LoopRecord, table


def steady(*, episodes: int = 1, steps: int = 100, period_s: float = 0.1, delay_s: float = 0.004) -> LoopRecord:
    record = LoopRecord()
    now_s = 50.0
    for episode in range(episodes):
        for step in range(steps):
            record.observe(f"episode {episode}", step, now_s)
            record.command(now_s + delay_s)
            record.command(now_s + 2 * delay_s)
            now_s += period_s
        now_s += 3.0
    return record


def test_periods_are_within_episodes_only_and_leave_out_the_first_step() -> None:
    periods_s = steady(episodes=3).periods_s()
    assert len(periods_s) == 3 * 98
    assert periods_s == pytest.approx([0.1] * len(periods_s))


def test_an_observation_that_is_published_again_counts_once() -> None:
    record = LoopRecord()
    for step, now_s in [(0, 0.0), (1, 1.0), (1, 1.5), (2, 2.0)]:
        record.observe("a", step, now_s)
    assert record.periods_s() == [1.0]


def test_a_lost_observation_is_counted_and_makes_no_period() -> None:
    record = LoopRecord()
    for step, now_s in [(1, 1.0), (2, 2.0), (5, 5.0), (6, 6.0)]:
        record.observe("a", step, now_s)
    assert record.periods_s() == [1.0, 1.0]
    assert record.missed_observations() == 2


def test_delay_is_to_the_first_command_after_the_observation() -> None:
    assert steady(delay_s=0.004).delays_s() == pytest.approx([0.004] * 99)


def test_hundred_steps_are_timed_in_whole_episodes() -> None:
    assert steady(episodes=2).hundred_steps_s() == pytest.approx([10.0, 10.0])
    assert steady(steps=60).hundred_steps_s() == []


def test_table_names_the_difference_to_the_idle_process() -> None:
    rows = dict(table(steady(), idle_periods_s=[0.0995] * 100, deadline_misses=2))
    assert rows["p99 above the idle process"] == "+0.500 ms"
    assert rows["100 steps, shortest / longest"] == "10.0000 / 10.0000 s"
    assert rows["deadline misses (EnvironmentStatus)"] == "2"


def test_table_of_a_silent_robot_has_no_figures() -> None:
    rows = dict(table(LoopRecord(), idle_periods_s=[], deadline_misses=0))
    assert rows["control loop: ticks"] == "0"
