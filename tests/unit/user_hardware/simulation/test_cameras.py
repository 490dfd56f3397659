"""Camera images: the hole can be seen, with and without a graphics library."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from tests.support.peg_insertion_rollout import PegSimulationConfig
from user_core.errors import ConfigurationError, UnknownNameError
from user_core.types import ImageArray
from user_hardware.simulation.config import CameraConfig
from user_hardware.simulation.scenes.peg_insertion import PegInsertionConfig
from user_hardware.simulation.world import SimulatedWorld


def world_with(renderer: str, *, size: int = 64, hole_xy_m: float = 0.02) -> SimulatedWorld:
    return SimulatedWorld(
        config=PegSimulationConfig(
            cameras=CameraConfig(height=size, width=size, renderer=renderer),
            scene=PegInsertionConfig(hole_xy_m=hole_xy_m),
        )
    )


def rim_mask(image: ImageArray) -> np.ndarray:
    """Pixels of the hole's yellow rim."""
    red, green, blue = (image[..., channel].astype(int) for channel in range(3))
    return (red > 120) & (green > 90) & (blue < 90) & (red - blue > 80)


def without_gl(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the import of the EGL bindings fail, as on a machine without the library."""
    monkeypatch.setitem(sys.modules, "mujoco.egl", None)


@pytest.mark.parametrize("camera", ["wrist", "third_person"])
def test_ray_cast_images_show_the_hole(camera: str) -> None:
    world = world_with("ray_cast")
    world.reset(1)
    assert 8 < rim_mask(world.render(camera)).sum() < 400


def test_ray_cast_images_follow_the_hole() -> None:
    world = world_with("ray_cast")
    columns, positions = [], []
    for seed in range(6):
        world.reset(seed)
        columns.append(np.nonzero(rim_mask(world.render("third_person")))[1].mean())
        positions.append(world.target_pose.position[:2])
    centred = np.array(positions) - np.mean(positions, axis=0)
    fit = np.linalg.lstsq(centred, np.array(columns) - np.mean(columns), rcond=None)[0]
    assert np.abs(centred @ fit - (np.array(columns) - np.mean(columns))).max() < 1.5


def test_no_graphics_library_falls_back_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    without_gl(monkeypatch)
    world = world_with("auto")
    assert rim_mask(world.render("third_person")).sum() > 8
    world.render("wrist")
    assert sum("ray casting" in record.message for record in caplog.records) == 1


def test_insisting_on_gl_without_a_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    without_gl(monkeypatch)
    with pytest.raises(ConfigurationError, match="no OpenGL context"):
        world_with("gl").render("wrist")


def test_an_image_is_the_asked_size_and_a_copy() -> None:
    config = PegSimulationConfig(cameras=CameraConfig(height=24, width=48, renderer="ray_cast"))
    world = SimulatedWorld(config=config)
    image = world.render("wrist")
    assert image.shape == (24, 48, 3)
    assert image.dtype == np.uint8
    kept = image.copy()
    world.reset(5)
    world.render("wrist")
    np.testing.assert_array_equal(image, kept)


def test_nothing_looks_the_same_twice_even_where_nothing_moves() -> None:
    world = SimulatedWorld(config=PegSimulationConfig(cameras=CameraConfig(height=24, width=48, renderer="ray_cast")))
    world.reset(0)
    world.advance(2.0)
    still = [world.render("third_person").astype(int)]
    for _ in range(5):
        world.advance(0.1)
        still.append(world.render("third_person").astype(int))
        assert 1 <= np.abs(still[-1] - still[-2]).max() <= 2


def test_an_unknown_camera_names_the_choices() -> None:
    with pytest.raises(UnknownNameError, match="third_person, wrist"):
        SimulatedWorld(config=PegSimulationConfig(cameras=CameraConfig(names=("ceiling",))))
    with pytest.raises(UnknownNameError, match="wrist"):
        SimulatedWorld(config=PegSimulationConfig(cameras=CameraConfig(names=("wrist",)))).render("third_person")


def test_gl_and_ray_cast_images_agree() -> None:
    try:
        graphics = world_with("gl")
        graphics.reset(1)
        drawn = graphics.render("third_person")
    except ConfigurationError as error:
        pytest.skip(str(error))
    cast = world_with("ray_cast")
    cast.reset(1)
    difference = np.abs(drawn.astype(int) - cast.render("third_person").astype(int))
    assert np.median(difference) < 12
    overlap = rim_mask(drawn) & rim_mask(cast.render("third_person"))
    assert overlap.sum() > 0.5 * rim_mask(drawn).sum()
    graphics.close()


def test_gl_images_after_a_close_are_the_same() -> None:
    try:
        world = world_with("gl")
        first = world.render("wrist")
    except ConfigurationError as error:
        pytest.skip(str(error))
    world.close()
    np.testing.assert_array_equal(first, world.render("wrist"))
    world.close()
