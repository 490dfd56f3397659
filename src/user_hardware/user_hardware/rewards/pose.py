"""The sparse reward: the tool is where it should be, and stays there."""

from __future__ import annotations

import numpy as np

from user_core.interfaces import RewardInput
from user_core.transforms import Pose, geodesic_angle
from user_core.types import RewardSignal
from user_hardware.rewards.config import RewardConfig


class PoseReward:
    """1 on success, else 0; position *and* geodesic angle count.

    Args:
        config: Tolerances and how long to hold.
        nominal_target: Stands for the target where nothing measures it, base frame.
    """

    def __init__(self, *, config: RewardConfig, nominal_target: Pose) -> None:
        self._config = config
        self._nominal_target = nominal_target
        self._held_ticks = 0

    def reset(self) -> None:
        """Forget how long the tool was at the target."""
        self._held_ticks = 0

    def __call__(self, step: RewardInput) -> RewardSignal:
        """Return reward and success of the step just made."""
        success = self.is_held(step)
        return RewardSignal(reward=float(success), success=success, source="pose")

    def target(self, step: RewardInput) -> Pose:
        """Return the target that counts for this step."""
        return self._nominal_target if step.target_pose is None else step.target_pose

    def is_held(self, step: RewardInput) -> bool:
        """Count this tick; tell whether the tool has now been within both tolerances for long enough."""
        target = self.target(step)
        distance_m = float(np.linalg.norm(step.tcp_pose.position - target.position))
        angle_rad = geodesic_angle(step.tcp_pose, target)
        inside = distance_m <= self._config.tolerance_m and angle_rad <= self._config.tolerance_rad
        self._held_ticks = self._held_ticks + 1 if inside else 0
        return self._held_ticks >= self._config.hold_ticks
