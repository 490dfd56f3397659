"""A person's word on the step just made."""

from __future__ import annotations

from dataclasses import replace

from user_core.interfaces import RewardInput
from user_core.transforms import Pose
from user_core.types import RewardSignal
from user_hardware.rewards.config import RewardConfig

SOURCE = "human"


class HumanReward:
    """Never judges by itself: what a person marks is the reward.

    Args:
        config: Not read; rewards are all made alike.
        nominal_target: Not read either.
    """

    def __init__(self, *, config: RewardConfig, nominal_target: Pose) -> None:
        del config, nominal_target

    def reset(self) -> None:
        """Forget nothing."""

    def __call__(self, step: RewardInput) -> RewardSignal:
        """Return that nothing has been achieved yet."""
        return RewardSignal(reward=0.0, success=False, source=SOURCE)


def marked(signal: RewardSignal, *, success: bool) -> RewardSignal:
    """Return the signal of a step that a person calls the end: reward 1 on success, 0 on failure; the stage stays."""
    return replace(signal, reward=float(success), success=success, failure=not success, source=SOURCE)
