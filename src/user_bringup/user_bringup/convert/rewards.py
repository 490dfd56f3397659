"""Which reward judges a recording."""

from __future__ import annotations

from user_core.interfaces import Reward, RewardInput
from user_core.spec import EnvironmentSpec
from user_core.types import RewardSignal
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.rewards.registry import REWARDS

NO_REWARD = "none"


class NoReward:
    """0 throughout: only a person's mark, or how the recording is said to end, decides."""

    def reset(self) -> None:
        """Forget nothing."""

    def __call__(self, step: RewardInput) -> RewardSignal:
        """Return 0."""
        return RewardSignal(reward=0.0, success=False, source="none")


def make_reward(config: EnvironmentConfig, spec: EnvironmentSpec) -> Reward:
    """Return the reward that the configuration names. Raises UnknownNameError."""
    if config.reward.name == NO_REWARD:
        return NoReward()
    reward: Reward = REWARDS.resolve(config.reward.name)(config=config.reward, nominal_target=spec.nominal_target)
    return reward
