"""Domain randomisation: ranges hold, parameters do not shift each other, the target stays where the hole is."""

from __future__ import annotations

import numpy as np
import pytest

from user_core.transforms import subtract
from user_hardware.simulation.config import RandomisationConfig
from user_hardware.simulation.scene_draw import draw_scene
from user_hardware.simulation.scenes.peg_insertion import HoleDraw, PegInsertionConfig, PegInsertionScene

NOMINAL = PegInsertionScene(config=PegInsertionConfig())


def test_draws_stay_in_their_ranges_and_use_them() -> None:
    scene = PegInsertionScene(config=PegInsertionConfig(hole_xy_m=0.02, hole_yaw_rad=0.2))
    ranges = RandomisationConfig(start_xy_m=0.04, start_z_m=0.01, start_yaw_rad=0.3)
    nominal = scene.nominal_target
    draws = [draw_scene(ranges, scene, seed=seed) for seed in range(300)]
    holes = np.stack([subtract(scene.target_pose(draw.things), nominal) for draw in draws])
    starts = np.stack([subtract(draw.start_pose, nominal) for draw in draws])
    largest_hole, largest_start = np.abs(holes).max(axis=0), np.abs(starts).max(axis=0)
    assert np.all(largest_hole[[0, 1, 5]] <= [0.02, 0.02, 0.2 + 1e-9])
    assert np.all(largest_hole[[0, 1, 5]] > [0.019, 0.019, 0.19])
    assert np.all(largest_start[[0, 1]] <= 0.04)
    assert np.all((starts[:, 2] >= 0.07) & (starts[:, 2] <= 0.09))
    assert 0.28 < largest_start[5] <= 0.3 + 1e-9
    assert np.all(holes[:, 2:5] == 0)


def test_switching_one_range_off_does_not_shift_the_others() -> None:
    still_scene = PegInsertionScene(config=PegInsertionConfig(hole_xy_m=0.0))
    full = draw_scene(RandomisationConfig(), NOMINAL, seed=5)
    still = draw_scene(RandomisationConfig(colour=0.0), still_scene, seed=5)
    np.testing.assert_array_equal(full.start_pose.position, still.start_pose.position)
    np.testing.assert_array_equal(full.light, still.light)
    assert np.all(still.colours == 0)
    assert np.all(still.things.xy_m == 0)


@pytest.mark.parametrize("seed", [-1, 0, 2**63 - 1, -(2**63)])
def test_every_seed_that_fits_the_message_draws(seed: int) -> None:
    draw = draw_scene(RandomisationConfig(), NOMINAL, seed=seed)
    assert NOMINAL.target_pose(draw.things).is_finite()


def test_a_yawed_hole_turns_the_target_about_base_z() -> None:
    turned = NOMINAL.target_pose(HoleDraw(xy_m=np.zeros(2), yaw_rad=0.3))
    np.testing.assert_allclose(subtract(turned, NOMINAL.nominal_target), [0, 0, 0, 0, 0, 0.3], atol=1e-12)
