"""How far targets were from the arm, from the record of the stand-in drivers."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation


def farthest_target(rows: list[dict[str, Any]]) -> tuple[float, float]:
    """Return the largest distance in metres and angle in radians of a target from the pose published last before it.

    A pose is on its way for some milliseconds, so of those published within the last tenth of a second the nearest
    counts: the sender can have seen none that is newer than the last.
    """
    distances_m = [min(distance(row["target"], pose)[0] for pose in row["recent_poses"]) for row in rows]
    angles_rad = [min(distance(row["target"], pose)[1] for pose in row["recent_poses"]) for row in rows]
    return max(distances_m, default=0.0), max(angles_rad, default=0.0)


def distance(first: list[float], second: list[float]) -> tuple[float, float]:
    """Return metres and radians between two poses of seven numbers each."""
    turn = Rotation.from_quat(first[3:]) * Rotation.from_quat(second[3:]).inv()
    return float(np.linalg.norm(np.subtract(first[:3], second[:3]))), float(turn.magnitude())
