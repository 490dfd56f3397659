"""The guard: no target leaves this node that has not passed it, whoever asked for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from user_core.transforms import FloatArray, Pose, add_delta, clip_norm, rotation_between, subtract
from user_core.types import SafetyFlag
from user_hardware.environment.safety_config import GuardConfig

_TOUCH_M = 1e-9
_TOUCH_RAD = 1e-7


@dataclass(frozen=True, kw_only=True, eq=False)
class GuardedTarget:
    """A target that may be sent, and what had to be changed on the way to it."""

    pose: Pose
    flags: SafetyFlag


class Guard:
    """Workspace box, rotation window, step limit and leash, in the order of rising rank.

    The box and the window are convex and the leash is applied last, so a target is never farther than the leash from
    the measured pose, and never outside the box while the tool is inside it.

    Args:
        config: The limits.
        leash_m: Farthest from the measured position.
        leash_rad: Farthest from the measured orientation.
        nominal_target: Origin of the box and of the rotation window, base frame.
    """

    def __init__(self, *, config: GuardConfig, leash_m: float, leash_rad: float, nominal_target: Pose) -> None:
        self._config = config
        self._leash_m = leash_m
        self._leash_rad = leash_rad
        self._nominal = nominal_target
        self._low = nominal_target.position + np.asarray(config.box_low_m)
        self._high = nominal_target.position + np.asarray(config.box_high_m)

    def limit(self, target: Pose, *, measured: Pose, previous: Pose) -> GuardedTarget:
        """Return the nearest target that is allowed.

        Args:
            target: What was asked for, base frame; refused for `previous` when a number is not finite.
            measured: The tool's newest pose.
            previous: The target sent last; the measured pose when there is none.
        """
        flags = SafetyFlag.NONE
        if not target.is_finite():
            target, flags = previous, SafetyFlag.REFUSED_NON_FINITE
        target, limited = self._limit_step(target, previous)
        flags |= limited
        target, limited = self._limit_workspace(target)
        flags |= limited
        target, limited = self._limit_leash(target, measured)
        return GuardedTarget(pose=target, flags=flags | limited)

    def distance_outside(self, pose: Pose) -> float:
        """Return how many metres a position lies outside the box; 0 inside."""
        nearest = np.clip(pose.position, self._low, self._high)
        return float(np.linalg.norm(pose.position - nearest))

    def exceeds_wrench_limit(self, wrench: FloatArray) -> bool:
        """Tell whether a wrench (6,) N, N·m is beyond the limit; what is no number is no contact."""
        force, torque = float(np.linalg.norm(wrench[:3])), float(np.linalg.norm(wrench[3:]))
        return force > self._config.force_limit_n or torque > self._config.torque_limit_nm

    def _limit_step(self, target: Pose, previous: Pose) -> tuple[Pose, SafetyFlag]:
        delta = subtract(target, previous)
        shortened = _shorten(delta, self._config.max_step_m, self._config.max_step_rad)
        if shortened is None:
            return target, SafetyFlag.NONE
        return add_delta(previous, shortened), SafetyFlag.CLIPPED_STEP

    def _limit_workspace(self, target: Pose) -> tuple[Pose, SafetyFlag]:
        flags = SafetyFlag.NONE
        position = np.clip(target.position, self._low, self._high)
        if np.max(np.abs(position - target.position)) > _TOUCH_M:
            flags |= SafetyFlag.CLIPPED_BOX
        turn = np.array(rotation_between(self._nominal, target))
        limited = np.append(
            clip_norm(turn[:2], self._config.tilt_rad), np.clip(turn[2], -self._config.yaw_rad, self._config.yaw_rad)
        )
        quaternion = target.quaternion
        if np.max(np.abs(limited - turn)) > _TOUCH_RAD:
            flags |= SafetyFlag.CLIPPED_ROTATION
            quaternion = add_delta(self._nominal, np.append(np.zeros(3), limited)).quaternion
        return Pose(position=position, quaternion=quaternion), flags

    def _limit_leash(self, target: Pose, measured: Pose) -> tuple[Pose, SafetyFlag]:
        shortened = _shorten(subtract(target, measured), self._leash_m, self._leash_rad)
        if shortened is None:
            return target, SafetyFlag.NONE
        return add_delta(measured, shortened), SafetyFlag.CLIPPED_LEASH


def _shorten(delta: FloatArray, limit_m: float, limit_rad: float) -> FloatArray | None:
    """Return a delta (6,) within both limits, or None when it is within them already."""
    shortened = np.concatenate([clip_norm(delta[:3], limit_m), clip_norm(delta[3:], limit_rad)])
    return shortened if np.max(np.abs(shortened - delta)) > _TOUCH_M else None
