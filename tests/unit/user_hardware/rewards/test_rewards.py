"""What counts as success, and what a step is worth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from user_core.interfaces import RewardInput
from user_core.transforms import Pose, add_delta
from user_hardware.rewards.config import RewardConfig
from user_hardware.rewards.dense import DenseReward
from user_hardware.rewards.pose import PoseReward

TARGET = Pose.of(np.array([0.5, 0.0, 0.1, 1.0, 0.0, 0.0, 0.0]))
NOTHING: Any = None


def step(
    x: float = 0.0, z: float = 0.0, yaw: float = 0.0, tilt: float = 0.0, target: Pose | None = TARGET
) -> RewardInput:
    pose = add_delta(TARGET, np.array([x, 0.0, z, tilt, 0.0, yaw]))
    return RewardInput(observation=NOTHING, tcp_pose=pose, target_pose=target, step=1)


def pose_reward(**settings: Any) -> PoseReward:
    values = {"tolerance_m": 0.01, "tolerance_rad": 0.2, "hold_ticks": 2} | settings
    return PoseReward(config=RewardConfig(**values), nominal_target=TARGET)


def test_success_must_be_held() -> None:
    reward = pose_reward()
    assert [reward(step()).success for _ in range(3)] == [False, True, True]


def test_leaving_the_target_begins_the_count_anew() -> None:
    reward = pose_reward()
    assert [reward(step(x=x)).success for x in (0.0, 0.02, 0.0, 0.0)] == [False, False, False, True]


def test_a_new_episode_begins_the_count_anew() -> None:
    reward = pose_reward()
    reward(step())
    reward.reset()
    assert not reward(step()).success


@pytest.mark.parametrize("turn", [{"yaw": 0.25}, {"tilt": 0.25}, {"yaw": 3.1}])
def test_orientation_counts_as_much_as_position(turn: dict[str, Any]) -> None:
    reward = pose_reward(hold_ticks=1)
    assert not reward(step(**turn)).success


def test_the_pose_reward_is_one_on_success_and_zero_else() -> None:
    reward = pose_reward(hold_ticks=1)
    assert reward(step()).reward == 1.0
    assert reward(step(x=0.05)).reward == 0.0


def test_without_a_measured_target_the_nominal_one_counts() -> None:
    reward = pose_reward(hold_ticks=1)
    assert reward(step(target=None)).success


def test_the_dense_reward_follows_its_formula() -> None:
    reward = DenseReward(config=RewardConfig(hold_ticks=1), nominal_target=TARGET)
    found = reward(step(x=0.03, z=0.05, yaw=0.3, tilt=0.1)).reward
    expected = -0.1 * (np.tanh(1.0) + np.tanh(7.5) + 1.0 + np.tanh(1.0) + np.tanh(1.0))
    assert found == pytest.approx(expected, abs=1e-6)


def test_the_dense_reward_is_negative_until_success_so_that_finishing_early_pays() -> None:
    reward = DenseReward(config=RewardConfig(hold_ticks=1, tolerance_m=0.001), nominal_target=TARGET)
    away = [reward(step(x=0.002 * index)) for index in range(1, 20)]
    assert all(signal.reward < 0 and not signal.success for signal in away)
    assert [signal.reward for signal in away] == sorted((signal.reward for signal in away), reverse=True)
    at_target = reward(step())
    assert at_target.success and at_target.reward == pytest.approx(1.0)


def test_success_does_not_depend_on_the_rewards_scale() -> None:
    reward = DenseReward(config=RewardConfig(hold_ticks=1, dense_scale=50.0), nominal_target=TARGET)
    signal = reward(step(x=0.005))
    assert signal.success and signal.reward < 0
