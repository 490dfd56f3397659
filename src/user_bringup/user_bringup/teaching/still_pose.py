"""One pose out of many samples of an arm that stands still."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from user_core.errors import InvalidRecordError
from user_core.transforms import Pose, add_delta, geodesic_angle, subtract

STILL_M = 0.001
STILL_RAD = 0.01
LEAST_SAMPLES = 10


def still_pose(samples: Sequence[Pose]) -> Pose:
    """Return the mean of poses in the base frame.

    Raises:
        InvalidRecordError: When there are too few, one is no pose, or the arm moved meanwhile.
    """
    if len(samples) < LEAST_SAMPLES:
        raise InvalidRecordError(
            what="the number of tool poses received", value=len(samples), allowed=f"at least {LEAST_SAMPLES}"
        )
    if not all(sample.is_finite() for sample in samples):
        raise InvalidRecordError(what="a tool pose", value="not finite", allowed="numbers and a unit quaternion")
    first = samples[0]
    mean = add_delta(first, np.mean([subtract(sample, first) for sample in samples], axis=0))
    moved_m = max(float(np.linalg.norm(sample.position - mean.position)) for sample in samples)
    turned_rad = max(geodesic_angle(sample, mean) for sample in samples)
    if moved_m > STILL_M or turned_rad > STILL_RAD:
        raise InvalidRecordError(
            what="the arm's motion while its pose was taken",
            value=f"{1000 * moved_m:.1f} mm, {turned_rad:.3f} rad",
            allowed=f"at most {1000 * STILL_M:g} mm and {STILL_RAD} rad: let go of the arm and try again",
        )
    return mean
