"""What a learned classifier sees in the cameras: 1 once it has taken enough observations in a row for a success."""

from __future__ import annotations

from user_core.interfaces import RewardInput
from user_core.transforms import Pose
from user_core.types import RewardSignal
from user_hardware.rewards.config import HUMAN, POSE, RewardConfig
from user_hardware.rewards.pose import PoseReward

SOURCE = "classifier"


class ClassifierReward:
    """Counts estimates of `reward_node` that are at or above the threshold.

    The observation of step 0 never counts: nothing has been done yet, and a classifier that is fooled there would
    reward whatever comes next. An estimate that is missing when it is due counts as no success.

    Args:
        config: Threshold, how many in a row, from which step on, and what stands in for a classifier that is gone.
        nominal_target: For the fallback `pose`, where nothing measures the target; base frame.
    """

    def __init__(self, *, config: RewardConfig, nominal_target: Pose) -> None:
        self._config = config
        self._pose = PoseReward(config=config, nominal_target=nominal_target)
        self._in_row = 0

    def reset(self) -> None:
        """Forget the last episode."""
        self._pose.reset()
        self._in_row = 0

    def __call__(self, step: RewardInput) -> RewardSignal | None:
        """Return reward and success of the step just made, or None while its estimate can be waited for."""
        if step.estimate is None and not step.overdue:
            return None
        by_pose = self._pose(step)  # at each step, since it counts ticks and may have to stand in at the next
        if step.estimate is None and step.silent and self._config.fallback == POSE:
            return by_pose
        if step.estimate is None and step.silent and self._config.fallback == HUMAN:
            return RewardSignal(reward=0.0, success=False, source="human")
        self._in_row = self._in_row + 1 if self._shows_success(step) else 0
        success = self._in_row >= self._config.consecutive
        return RewardSignal(reward=float(success), success=success, source=SOURCE)

    def _shows_success(self, step: RewardInput) -> bool:
        if step.estimate is None or step.step < self._config.min_step:
            return False
        return step.estimate.probability >= (self._config.threshold or step.estimate.threshold)
