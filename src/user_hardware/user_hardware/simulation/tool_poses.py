"""Poses about the vertical: tools that point down, things that stand upright."""

from __future__ import annotations

import numpy as np

from user_core.transforms import FloatArray, Pose


def tool_down(x: float, y: float, z: float, *, yaw_rad: float = 0.0) -> Pose:
    """Return the pose with the tool pointing down at (x, y, z) metres, turned by a yaw about base z."""
    # Yaw about base z, then the half turn about x that points the tool down.
    quaternion = np.array([np.cos(yaw_rad / 2), np.sin(yaw_rad / 2), 0.0, 0.0])
    return Pose(position=np.array([x, y, z]), quaternion=quaternion)


def yaw_wxyz(yaw_rad: float) -> FloatArray:
    """Return the quaternion of an upright body turned by a yaw about base z, in MuJoCo's order."""
    return np.array([np.cos(yaw_rad / 2), 0.0, 0.0, np.sin(yaw_rad / 2)])
