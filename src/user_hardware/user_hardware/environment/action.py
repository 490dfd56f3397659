"""Normalised actions to targets, and back: what is recorded is what was really done."""

from __future__ import annotations

import numpy as np

from user_core.spec import ACTION_AXES, EnvironmentSpec
from user_core.transforms import FloatArray, Pose, add_delta, subtract
from user_core.types import StateArray

_POSE_AXES = ACTION_AXES[:6]


class ActionMapping:
    """The action axes of a spec over the tool's pose and the gripper.

    An axis that the spec does not name keeps its commanded value, so that it neither drifts nor sags.

    Attributes:
        action_dim: A, the number of axes.
        gripper_axis: Index of the gripper's, or None.
    """

    def __init__(self, spec: EnvironmentSpec) -> None:
        self._scale = spec.action_scale_array()
        self._measured = spec.reference == "measured"
        self._columns = np.array([i for i, name in enumerate(spec.action_names) if name in _POSE_AXES], dtype=int)
        self._axes = np.array([_POSE_AXES.index(spec.action_names[i]) for i in self._columns], dtype=int)
        self.gripper_axis = spec.gripper_axis
        self._moves = np.isin(np.arange(3), self._axes)
        self._turns = bool(np.any(self._axes >= 3))
        self.action_dim = spec.action_dim

    def reference(self, *, measured: Pose, commanded: Pose) -> Pose:
        """Return the pose to which an action is added."""
        if not self._measured:
            return commanded
        return Pose(
            position=np.where(self._moves, measured.position, commanded.position),
            quaternion=measured.quaternion if self._turns else commanded.quaternion,
        )

    def target(self, action: StateArray, reference: Pose) -> Pose:
        """Return reference + action * scale, rotations composed on SO(3); action (A,) in [-1, 1]."""
        delta = np.zeros(6)
        delta[self._axes] = action[self._columns] * self._scale[self._columns]
        return add_delta(reference, delta)

    def from_twist(self, twist: FloatArray, gripper: float | None, opening: float) -> StateArray:
        """Return the action (A,) of a person's twist (6,) in [-1, 1]; the gripper stays where it is unless asked."""
        action = np.zeros(self.action_dim, np.float32)
        action[self._columns] = twist[self._axes]
        if self.gripper_axis is not None:
            action[self.gripper_axis] = 2 * (opening if gripper is None else gripper) - 1
        return np.clip(action, -1, 1)

    def executed(self, *, commanded: Pose, reference: Pose, opening: float) -> StateArray:
        """Return (commanded - reference) / scale (A,): the action that would have asked for it.

        It exceeds 1 where more was done than may be asked for, such as a box that pulls the arm back.
        """
        action = np.zeros(self.action_dim, np.float32)
        delta = subtract(commanded, reference)
        action[self._columns] = delta[self._axes] / self._scale[self._columns]
        if self.gripper_axis is not None:
            action[self.gripper_axis] = 2 * opening - 1
        return action


def random_start(*, nominal: Pose, low_m: FloatArray, high_m: FloatArray, yaw_rad: float, seed: int) -> Pose:
    """Draw a start pose about the nominal target; the same seed gives the same start."""
    generator = np.random.default_rng(seed)
    yaw = generator.uniform(-yaw_rad, yaw_rad)
    offset = generator.uniform(low_m, high_m)
    return add_delta(nominal, np.concatenate([offset, [0.0, 0.0, yaw]]))
