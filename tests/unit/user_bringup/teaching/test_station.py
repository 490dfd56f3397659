"""Teaching a station: a pose of an arm that stands still, and what follows from it."""

from __future__ import annotations

import numpy as np
import pytest

from user_bringup.teaching.station import taught_station
from user_bringup.teaching.still_pose import still_pose
from user_core.errors import ConfigurationError, InvalidRecordError
from user_core.transforms import Pose, add_delta
from user_hardware.environment.config import EnvironmentConfig

TARGET = Pose(position=np.array([0.41, -0.12, 0.13]), quaternion=np.array([1.0, 0.0, 0.0, 0.0]))
CONFIG = EnvironmentConfig()


def samples(*, spread_m: float, count: int = 50) -> list[Pose]:
    draws = np.random.default_rng(0).uniform(-spread_m, spread_m, (count, 3))
    return [add_delta(TARGET, np.array([*draw, 0.0, 0.0, 0.0])) for draw in draws]


def test_the_pose_is_the_mean_of_what_a_still_arm_reports() -> None:
    pose = still_pose(samples(spread_m=0.0004))
    np.testing.assert_allclose(pose.position, TARGET.position, atol=2e-4)
    np.testing.assert_allclose(np.abs(pose.quaternion), TARGET.quaternion, atol=1e-9)


def test_an_arm_that_moves_is_refused_with_the_distance() -> None:
    with pytest.raises(InvalidRecordError, match="mm.*let go of the arm"):
        still_pose(samples(spread_m=0.01))


def test_too_few_poses_are_refused() -> None:
    with pytest.raises(InvalidRecordError, match="at least 10"):
        still_pose(samples(spread_m=0.0, count=3))


def test_a_taught_start_becomes_the_middle_of_the_starts() -> None:
    start = add_delta(TARGET, np.array([0.005, -0.005, 0.075, 0.0, 0.0, 0.0]))
    station = taught_station(config=CONFIG, target=TARGET, start=start)
    middle = (np.array(station.start_low_m) + np.array(station.start_high_m)) / 2
    np.testing.assert_allclose(middle, [0.005, -0.005, 0.075], atol=1e-5)
    assert station.box_high_m == CONFIG.guard.box_high_m


def test_a_start_outside_the_box_is_refused_with_both() -> None:
    with pytest.raises(ConfigurationError, match="within the box"):
        taught_station(config=CONFIG, target=TARGET, start=add_delta(TARGET, np.array([0.2, 0, 0.08, 0, 0, 0])))
