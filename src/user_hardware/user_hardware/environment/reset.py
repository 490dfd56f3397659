"""The verified reset: out along the task's axis, to the randomised start, at rest, with fresh frames, or a person."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from user_core.transforms import FloatArray, Pose, add_delta, clip_norm, geodesic_angle, subtract
from user_hardware.environment.safety_config import ResetConfig
from user_hardware.environment.sensors import Snapshot


class ResetStatus(Enum):
    """How far a reset has come."""

    MOVING = auto()
    ASKING = auto()
    DONE = auto()
    FAILED = auto()


@dataclass(frozen=True, kw_only=True, eq=False)
class Leg:
    """One stretch of a reset, by name and goal pose in the base frame."""

    name: str
    goal: Pose


class VerifiedReset:
    """Drives leg after leg; each must arrive within tolerance and be still, and nothing is relaxed on the way.

    Args:
        config: Speeds, tolerances, time-out.
        legs: Where to go, in order; the last one is the start.
        period_s: Control period in robot seconds.
        started_s: Robot seconds at which the reset began.
        required: Streams that must deliver after the arrival.
    """

    def __init__(
        self,
        *,
        config: ResetConfig,
        legs: tuple[Leg, ...],
        period_s: float,
        started_s: float,
        required: tuple[str, ...],
    ) -> None:
        self._config = config
        self._legs = deque(legs)
        self._step_m = config.speed_m_s * period_s
        self._step_rad = config.speed_rad_s * period_s
        self._deadline_s = started_s + config.timeout_s
        self._required = required
        self._still: deque[tuple[float, Pose, FloatArray]] = deque(maxlen=config.still_ticks)
        self._confirmed = not config.ask
        self.status = ResetStatus.MOVING
        self.reason = ""
        self.wrench_bias: FloatArray = np.zeros(6)

    def confirm(self) -> None:
        """Take the person's word that the scene is ready."""
        self._confirmed = True

    def tick(self, snapshot: Snapshot, *, commanded: Pose, gripper_obstacle: str = "") -> Pose:
        """Look at the arm, update `status`, and return the next target.

        Args:
            snapshot: With a pose; the other streams may still be missing.
            commanded: The target sent last, base frame.
            gripper_obstacle: Why the gripper is not where it belongs, or "".
        """
        leg = self._legs[0]
        measured = snapshot.samples["current_pose"].value
        self._note(snapshot, measured, leg)
        if self._is_still():
            if len(self._legs) > 1:
                self._legs.popleft()
                self._still.clear()
            elif not self._confirmed:
                self.status, self.reason = ResetStatus.ASKING, self._config.ask
                self._deadline_s = snapshot.now_s + self._config.timeout_s
            elif not gripper_obstacle and self._streams_are_fresh(snapshot):
                self.status = ResetStatus.DONE
                self.wrench_bias = np.mean([wrench for _, _, wrench in self._still], axis=0)
        if self.status is not ResetStatus.DONE and snapshot.now_s > self._deadline_s:
            self.status, self.reason = ResetStatus.FAILED, self._describe(leg, measured, gripper_obstacle)
        delta = subtract(self._legs[0].goal, commanded)
        return add_delta(
            commanded, np.concatenate([clip_norm(delta[:3], self._step_m), clip_norm(delta[3:], self._step_rad)])
        )

    def _note(self, snapshot: Snapshot, measured: Pose, leg: Leg) -> None:
        distance_m = float(np.linalg.norm(measured.position - leg.goal.position))
        arrived = distance_m <= self._config.tolerance_m
        if not arrived or geodesic_angle(measured, leg.goal) > self._config.tolerance_rad:
            self._still.clear()
            return
        wrench = np.zeros(6) if snapshot.wrench is None else snapshot.wrench.value
        self._still.append((snapshot.now_s, measured, wrench))

    def _is_still(self) -> bool:
        if len(self._still) < self._config.still_ticks:
            return False
        _, newest, _ = self._still[-1]
        return all(
            np.linalg.norm(pose.position - newest.position) <= self._config.still_m
            and geodesic_angle(pose, newest) <= self._config.still_rad
            for _, pose, _ in self._still
        )

    def _streams_are_fresh(self, snapshot: Snapshot) -> bool:
        """Tell whether every stream has delivered since the arm came to rest: earlier frames show the way here."""
        rest_s = self._still[0][0]
        return all(
            name in snapshot.samples and (name == "task_target" or snapshot.samples[name].received_s > rest_s)
            for name in self._required
        )

    def _describe(self, leg: Leg, measured: Pose, gripper_obstacle: str) -> str:
        if gripper_obstacle and self._is_still():
            return f"reset: {gripper_obstacle} after {self._config.timeout_s} s. Look at the gripper, then resume."
        distance_mm = 1000 * float(np.linalg.norm(measured.position - leg.goal.position))
        angle_rad = geodesic_angle(measured, leg.goal)
        return (
            f"reset: the {leg.name} leg did not end within {self._config.timeout_s} s; the tool is "
            f"{distance_mm:.1f} mm and {angle_rad:.3f} rad from its goal (allowed: "
            f"{1000 * self._config.tolerance_m:.1f} mm, {self._config.tolerance_rad} rad, and at rest)"
            f"{'; ' * bool(gripper_obstacle)}{gripper_obstacle}. Clear the way, then resume."
        )


def plan_legs(*, config: ResetConfig, nominal: Pose, measured: Pose, start: Pose) -> tuple[Leg, ...]:
    """Return the legs from where the tool is: straight out along the axis as far as need be, then to the start."""
    axis = np.asarray(config.axis) / np.linalg.norm(config.axis)
    height_m = float((measured.position - nominal.position) @ axis)
    lift_m = max(config.retreat_m - height_m, 0.0)
    retreat = Pose(position=measured.position + lift_m * axis, quaternion=measured.quaternion)
    return (Leg(name="retreat", goal=retreat), Leg(name="start", goal=start))
