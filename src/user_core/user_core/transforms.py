"""Poses and differences of poses, composed on SO(3); all in one named frame, the arm's base.

A delta is a 6-vector: translation in metres, then a rotation vector in radians, both expressed in the base frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from user_core.quaternions import (
    RotationVector,
    conjugate,
    from_rotation_vector,
    multiply,
    normalised,
    to_rotation_vector,
)

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Pose:
    """A position and an orientation in the arm's base frame.

    Attributes:
        position: (3,) metres.
        quaternion: (4,) unit quaternion, xyzw.
    """

    position: FloatArray
    quaternion: FloatArray

    @classmethod
    def of(cls, values: NDArray[np.floating] | list[float]) -> Pose:
        """Build a pose from (7,) position and quaternion xyzw, or (6,) position and rotation vector."""
        array = np.asarray(values, dtype=np.float64)
        if array.shape == (6,):
            return cls(position=array[:3], quaternion=np.array(from_rotation_vector(array[3:].tolist())))
        if array.shape != (7,):
            raise ValueError(f"a pose has 6 or 7 numbers, not {array.shape}")
        return cls(position=array[:3], quaternion=array[3:] / np.linalg.norm(array[3:]))

    @property
    def rotation(self) -> Rotation:
        """The orientation as a rotation from the tool to the base frame."""
        return Rotation.from_quat(self.quaternion)

    def as_array(self) -> FloatArray:
        """Return (7,) position and quaternion xyzw."""
        return np.concatenate([self.position, self.quaternion])

    def is_finite(self) -> bool:
        """Tell whether all numbers are finite and the quaternion is a unit one."""
        numbers = [*self.position.tolist(), *self.quaternion.tolist()]
        return all(map(math.isfinite, numbers)) and abs(math.hypot(*numbers[3:]) - 1) < 1e-3


def add_delta(pose: Pose, delta: FloatArray) -> Pose:
    """Compose `pose` with a base-frame delta (6,): p + dp, exp(dr) R."""
    turned = multiply(from_rotation_vector(delta[3:].tolist()), pose.quaternion.tolist())
    return Pose(position=pose.position + delta[:3], quaternion=np.array(normalised(turned)))


def subtract(pose: Pose, reference: Pose) -> FloatArray:
    """Return the delta (6,) that leads from `reference` to `pose`; the inverse of `add_delta`."""
    return np.array([*(pose.position - reference.position).tolist(), *rotation_between(reference, pose)])


def rotation_between(reference: Pose, pose: Pose) -> RotationVector:
    """Return the base-frame rotation vector (rad) that turns the orientation of `reference` into that of `pose`."""
    return to_rotation_vector(multiply(pose.quaternion.tolist(), conjugate(reference.quaternion.tolist())))


def clip_norm(vector: FloatArray, limit: float) -> FloatArray:
    """Shorten `vector` to `limit`, keeping its direction."""
    norm = math.hypot(*vector.tolist())
    return vector if norm <= limit else vector * (limit / norm)


def geodesic_angle(first: Pose, second: Pose) -> float:
    """Return the angle between two orientations in radians, in [0, pi]."""
    return math.hypot(*rotation_between(first, second))
