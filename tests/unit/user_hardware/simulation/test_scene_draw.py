"""Domain randomisation: ranges hold, parameters do not shift each other, the target stays where the hole is."""

from __future__ import annotations

import numpy as np
import pytest

from user_core.transforms import subtract
from user_hardware.simulation.config import RandomisationConfig, SimulationConfig
from user_hardware.simulation.peg_insertion_scene import target_pose
from user_hardware.simulation.scene_draw import draw_scene


def config_with(**ranges: float) -> SimulationConfig:
    return SimulationConfig(randomisation=RandomisationConfig(**ranges))


def test_draws_stay_in_their_ranges_and_use_them() -> None:
    config = config_with(hole_xy_m=0.02, hole_yaw_rad=0.2, start_xy_m=0.04, start_z_m=0.01, start_yaw_rad=0.3)
    nominal = target_pose(config)
    draws = [draw_scene(config, seed=seed) for seed in range(300)]
    holes = np.stack([subtract(draw.target_pose, nominal) for draw in draws])
    starts = np.stack([subtract(draw.start_pose, nominal) for draw in draws])
    largest_hole, largest_start = np.abs(holes).max(axis=0), np.abs(starts).max(axis=0)
    assert np.all(largest_hole[[0, 1, 5]] <= [0.02, 0.02, 0.2 + 1e-9])
    assert np.all(largest_hole[[0, 1, 5]] > [0.019, 0.019, 0.19])
    assert np.all(largest_start[[0, 1]] <= 0.04)
    assert np.all((starts[:, 2] >= 0.07) & (starts[:, 2] <= 0.09))
    assert 0.28 < largest_start[5] <= 0.3 + 1e-9
    assert np.all(holes[:, 2:5] == 0)


def test_switching_one_range_off_does_not_shift_the_others() -> None:
    full, still = draw_scene(config_with(), seed=5), draw_scene(config_with(colour=0.0, hole_xy_m=0.0), seed=5)
    np.testing.assert_array_equal(full.start_pose.position, still.start_pose.position)
    np.testing.assert_array_equal(full.light, still.light)
    assert np.all(still.colours == 0)
    assert np.all(still.hole_xy_m == 0)


@pytest.mark.parametrize("seed", [-1, 0, 2**63 - 1, -(2**63)])
def test_every_seed_that_fits_the_message_draws(seed: int) -> None:
    assert draw_scene(config_with(), seed=seed).target_pose.is_finite()


def test_a_yawed_hole_turns_the_target_about_base_z() -> None:
    config = SimulationConfig()
    turned = target_pose(config, yaw_rad=0.3)
    np.testing.assert_allclose(subtract(turned, target_pose(config)), [0, 0, 0, 0, 0, 0.3], atol=1e-12)
