from __future__ import annotations

import pytest

from user_hardware.environment.answer_delay import AnswerDelay


def delay_of(*delays_s: float, tick_period_s: float = 0.1) -> AnswerDelay:
    """After an episode whose first answers took so long."""
    delay = AnswerDelay(tick_period_s=tick_period_s)
    for step, seconds in enumerate(delays_s):
        delay.sent(step, 10.0 * step)
        delay.answered(step, 10.0 * step + seconds)
    return delay


@pytest.mark.parametrize(("seconds", "steps"), [(0.02, 1), (0.099, 1), (0.101, 2), (0.305, 4)])
def test_a_delay_counts_the_steps_that_begin_in_it(seconds: float, steps: int) -> None:
    assert delay_of(0.0, seconds).steps == steps


def test_the_longest_of_the_recent_ones_counts_and_is_forgotten_after_ten() -> None:
    assert delay_of(0.0, 0.02, 0.35, *[0.02] * 9).steps == 4
    assert delay_of(0.0, 0.02, 0.35, *[0.02] * 10).steps == 1


def test_a_first_answer_counts_until_there_is_another() -> None:
    assert delay_of(0.9).steps == 9
    assert delay_of(0.9, 0.02).steps == 1


def test_an_observation_that_is_sent_again_counts_from_then_and_a_second_answer_not_at_all() -> None:
    delay = AnswerDelay(tick_period_s=0.1)
    delay.sent(1, 0.0)
    delay.sent(1, 1.0)
    delay.answered(1, 1.15)
    delay.answered(1, 5.0)
    delay.answered(7, 5.0)
    assert delay.steps == 2


def test_another_episode_keeps_what_was_measured() -> None:
    delay = delay_of(0.0, 0.25)
    delay.sent(0, 100.0)
    delay.answered(1, 200.0)
    assert delay.steps == 3


def test_nothing_is_late_where_the_world_waits() -> None:
    assert delay_of(0.9, 0.9, tick_period_s=0.0).steps == 0
    assert AnswerDelay(tick_period_s=0.1).steps == 0
