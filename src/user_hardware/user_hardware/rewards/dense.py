"""The dense reward, for learning without demonstrations: negative until success, so that finishing early pays."""

from __future__ import annotations

import numpy as np

from user_core.interfaces import RewardInput
from user_core.transforms import Pose, subtract
from user_core.types import RewardSignal
from user_hardware.rewards.config import RewardConfig
from user_hardware.rewards.pose import PoseReward


class DenseReward:
    """-scale * [tanh(xy/.03) + tanh(xy/.004) + max(z, 0)/.05 + tanh(yaw/.3) + tanh(tilt/.1)] + 1 on success.

    Lengths in metres and angles in radians between tool and target, along the base axes. Two kernels over xy: the wide
    one leads to the hole, the narrow one into it.
    """

    def __init__(self, *, config: RewardConfig, nominal_target: Pose) -> None:
        self._scale = config.dense_scale
        self._pose = PoseReward(config=config, nominal_target=nominal_target)

    def reset(self) -> None:
        """Forget how long the tool was at the target."""
        self._pose.reset()

    def __call__(self, step: RewardInput) -> RewardSignal:
        """Return reward and success of the step just made."""
        delta = subtract(step.tcp_pose, self._pose.target(step))
        xy_m, tilt_rad = np.hypot(delta[0], delta[1]), np.hypot(delta[3], delta[4])
        distance = (
            np.tanh(xy_m / 0.03)
            + np.tanh(xy_m / 0.004)
            + max(delta[2], 0.0) / 0.05
            + np.tanh(abs(delta[5]) / 0.3)
            + np.tanh(tilt_rad / 0.1)
        )
        success = self._pose.is_held(step)
        return RewardSignal(reward=float(success - self._scale * distance), success=success, source="dense")
