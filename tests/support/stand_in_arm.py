"""An arm that is no simulation: its tool follows the last target with a lag and a speed limit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

FloatArray = NDArray[np.float64]


class StandInArm:
    """A tool pose in the base frame that moves as an impedance controller would move it in free space.

    Args:
        position: (3,) metres.
        lag_s: Time constant of the approach to the target.
        speed_m_s: Fastest translation.
        speed_rad_s: Fastest rotation.
    """

    def __init__(
        self, *, position: FloatArray, lag_s: float = 0.05, speed_m_s: float = 0.25, speed_rad_s: float = 1.0
    ) -> None:
        self.position = np.asarray(position, dtype=np.float64)
        self.rotation = Rotation.from_quat([1.0, 0.0, 0.0, 0.0])
        self.twist = np.zeros(6)
        self._lag_s = lag_s
        self._speed_m_s = speed_m_s
        self._speed_rad_s = speed_rad_s
        self._target: tuple[FloatArray, Rotation] | None = None

    @property
    def pose(self) -> list[float]:
        """Position in metres and quaternion xyzw, seven numbers."""
        return [*self.position.tolist(), *self.rotation.as_quat().tolist()]

    def set_target(self, pose: list[float]) -> None:
        """Take a target: position in metres and quaternion xyzw."""
        self._target = np.asarray(pose[:3]), Rotation.from_quat(pose[3:])

    def advance(self, duration_s: float) -> None:
        """Let time pass; without a target the arm stands."""
        if self._target is None:
            return
        position, rotation = self._target
        share = 1.0 - np.exp(-duration_s / self._lag_s)
        turn = (rotation * self.rotation.inv()).as_rotvec()
        linear = _limited(share * (position - self.position), self._speed_m_s * duration_s)
        angular = _limited(share * turn, self._speed_rad_s * duration_s)
        self.position = self.position + linear
        self.rotation = Rotation.from_rotvec(angular) * self.rotation
        self.twist = np.concatenate([linear, angular]) / duration_s


def _limited(vector: FloatArray, length: float) -> FloatArray:
    norm = float(np.linalg.norm(vector))
    return vector if norm <= length else vector * (length / norm)
