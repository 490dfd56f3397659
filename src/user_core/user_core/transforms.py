"""Poses and differences of poses, composed on SO(3); all in one named frame, the arm's base.

A delta is a 6-vector: translation in metres, then a rotation vector in radians, both expressed in the base frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

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
            return cls(position=array[:3], quaternion=Rotation.from_rotvec(array[3:]).as_quat())
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
        return bool(np.all(np.isfinite(self.as_array())) and abs(np.linalg.norm(self.quaternion) - 1) < 1e-3)


def add_delta(pose: Pose, delta: FloatArray) -> Pose:
    """Compose `pose` with a base-frame delta (6,): p + dp, exp(dr) R."""
    rotation = Rotation.from_rotvec(delta[3:]) * pose.rotation
    return Pose(position=pose.position + delta[:3], quaternion=rotation.as_quat())


def subtract(pose: Pose, reference: Pose) -> FloatArray:
    """Return the delta (6,) that leads from `reference` to `pose`; the inverse of `add_delta`."""
    rotation = pose.rotation * reference.rotation.inv()
    return np.concatenate([pose.position - reference.position, rotation.as_rotvec()])


def clip_norm(vector: FloatArray, limit: float) -> FloatArray:
    """Shorten `vector` to `limit`, keeping its direction."""
    norm = float(np.linalg.norm(vector))
    return vector if norm <= limit else vector * (limit / norm)


def geodesic_angle(first: Pose, second: Pose) -> float:
    """Return the angle between two orientations in radians, in [0, pi]."""
    return float((first.rotation * second.rotation.inv()).magnitude())
