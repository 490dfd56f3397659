"""What a learned classifier is believed, and what stands in for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from user_core.interfaces import RewardInput
from user_core.transforms import Pose
from user_core.types import RewardEstimate
from user_hardware.rewards.classifier import ClassifierReward
from user_hardware.rewards.config import RewardConfig

TARGET = Pose.of(np.array([0.5, 0.0, 0.1, 1.0, 0.0, 0.0, 0.0]))
NOTHING: Any = None


def estimate(probability: float) -> RewardEstimate:
    return RewardEstimate(source="s", episode="e", step=1, probability=probability, threshold=0.8)


def step(number: int, probability: float | None, *, overdue: bool = False, silent: bool = False) -> RewardInput:
    return RewardInput(
        observation=NOTHING,
        tcp_pose=TARGET,
        target_pose=TARGET,
        step=number,
        estimate=None if probability is None else estimate(probability),
        overdue=overdue,
        silent=silent,
    )


def classifier(**settings: Any) -> ClassifierReward:
    return ClassifierReward(config=RewardConfig(name="classifier", **settings), nominal_target=TARGET)


def successes(reward: ClassifierReward, *steps: RewardInput) -> list[bool]:
    signals = [reward(one) for one in steps]
    assert all(signal is not None for signal in signals)
    return [signal.success for signal in signals if signal is not None]


def test_a_success_takes_several_observations_in_a_row() -> None:
    reward = classifier(consecutive=2)
    assert successes(reward, step(1, 0.9), step(2, 0.1), step(3, 0.9), step(4, 0.8)) == [False, False, False, True]


def test_step_0_never_counts_nor_begins_a_row() -> None:
    reward = classifier(consecutive=2)
    assert successes(reward, step(0, 1.0), step(1, 1.0), step(2, 1.0)) == [False, False, True]


def test_no_step_before_the_first_allowed_one_counts() -> None:
    reward = classifier(consecutive=1, min_step=5)
    assert successes(reward, *(step(number, 1.0) for number in range(1, 7))) == [False] * 4 + [True] * 2


def test_a_threshold_of_the_task_replaces_that_of_the_classifier() -> None:
    assert successes(classifier(consecutive=1, threshold=0.95), step(1, 0.9)) == [False]
    assert successes(classifier(consecutive=1), step(1, 0.9)) == [True]


def test_it_waits_for_an_estimate_until_it_is_overdue() -> None:
    reward = classifier(consecutive=1)
    assert reward(step(1, None)) is None
    assert successes(reward, step(1, None, overdue=True)) == [False]


def test_a_missing_estimate_breaks_the_row() -> None:
    reward = classifier(consecutive=2)
    assert successes(reward, step(1, 0.9), step(2, None, overdue=True), step(3, 0.9)) == [False, False, False]


def test_another_episode_begins_the_row_anew() -> None:
    reward = classifier(consecutive=2)
    successes(reward, step(1, 0.9))
    reward.reset()
    assert successes(reward, step(1, 0.9)) == [False]


@pytest.mark.parametrize(("fallback", "source", "success"), [("pose", "pose", True), ("human", "human", False)])
def test_the_task_names_what_stands_in_for_a_silent_classifier(fallback: str, source: str, success: bool) -> None:
    reward = classifier(fallback=fallback, hold_ticks=2)
    signals = [reward(step(number, None, overdue=True, silent=True)) for number in (1, 2)]
    assert signals[1] is not None
    assert (signals[1].source, signals[1].success) == (source, success)
