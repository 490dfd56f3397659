"""What the task's own rule says: 1 on success, else 0, with the stages on the way."""

from __future__ import annotations

from user_core.interfaces import RewardInput
from user_core.transforms import Pose
from user_core.types import RewardSignal
from user_hardware.rewards.config import RewardConfig


class RuleReward:
    """Reads `task/state`: in the simulation the ground truth, on a real arm whatever rule node publishes it.

    Args:
        config: How many ticks in a row the rule must hold.
        nominal_target: Not read; rewards are all made alike.
    """

    def __init__(self, *, config: RewardConfig, nominal_target: Pose) -> None:
        self._config = config
        self._held_ticks = 0

    def reset(self) -> None:
        """Forget how long the rule has held."""
        self._held_ticks = 0

    def __call__(self, step: RewardInput) -> RewardSignal:
        """Return reward, success, failure and stage of the step just made."""
        state = step.task_state
        if state is None:
            return RewardSignal(reward=0.0, success=False, source="rule")
        self._held_ticks = self._held_ticks + 1 if state.success else 0
        success = self._held_ticks >= self._config.hold_ticks
        return RewardSignal(
            reward=float(success), success=success, failure=state.failure, stage=state.stage, source="rule"
        )
