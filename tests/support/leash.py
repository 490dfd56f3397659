"""How far targets were from the arm, from the record of the stand-in drivers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation


def farthest_target(rows: list[dict[str, Any]]) -> tuple[float, float]:
    """Return the largest distance in metres and angle in radians of a target from the pose published last before it.

    A target that was sent before any pose is infinitely far.
    """
    apart = [_from_last_pose(row) for row in rows]
    return max((metres for metres, _ in apart), default=0.0), max((radians for _, radians in apart), default=0.0)


def distance(first: list[float], second: list[float]) -> tuple[float, float]:
    """Return metres and radians between two poses of seven numbers each."""
    turn = Rotation.from_quat(first[3:]) * Rotation.from_quat(second[3:]).inv()
    return float(np.linalg.norm(np.subtract(first[:3], second[:3]))), float(turn.magnitude())


def _from_last_pose(row: dict[str, Any]) -> tuple[float, float]:
    # The last pose may have been on its way still when the sender made the target, so the one before it, one period of
    # the driver older, counts as well; none older than that.
    apart = [distance(row["target"], pose) for pose in row["last_poses"]] or [(math.inf, math.inf)]
    return min(metres for metres, _ in apart), min(radians for _, radians in apart)
