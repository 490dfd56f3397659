"""Crop and resize."""

from __future__ import annotations

import numpy as np
import pytest

from user_core.errors import InvalidRecordError
from user_core.spec import CameraSpec
from user_hardware.cameras.resize import crop_and_resize


def spec(height: int = 4, width: int = 4, crop: tuple[int, int, int, int] = (0, 0, 0, 0)) -> CameraSpec:
    return CameraSpec(name="wrist", height=height, width=width, crop=crop)


def test_an_image_that_fits_is_not_copied() -> None:
    image = np.zeros((4, 4, 3), np.uint8)
    assert crop_and_resize(image, spec()) is image


def test_without_a_crop_the_largest_centred_square_is_taken() -> None:
    image = np.zeros((4, 8, 3), np.uint8)
    image[:, 2:6] = 200
    assert np.all(crop_and_resize(image, spec()) == 200)


def test_every_source_pixel_counts_by_its_area() -> None:
    image = np.zeros((8, 8, 3), np.uint8)
    image[0, 0] = 40
    small = crop_and_resize(image, spec())
    assert small[0, 0, 0] == 10 and small.sum() == 30


def test_sizes_that_do_not_divide_keep_a_constant_image_constant() -> None:
    image = np.full((7, 10, 3), 123, np.uint8)
    assert np.all(crop_and_resize(image, spec(3, 5, (0, 0, 7, 10))) == 123)


def test_a_crop_is_top_left_height_width() -> None:
    image = np.zeros((10, 10, 3), np.uint8)
    image[2:6, 5:9] = 77
    assert np.all(crop_and_resize(image, spec(crop=(2, 5, 4, 4))) == 77)


@pytest.mark.parametrize("crop", [(8, 0, 4, 4), (0, 8, 4, 4)])
def test_a_crop_outside_the_image_is_refused(crop: tuple[int, int, int, int]) -> None:
    with pytest.raises(InvalidRecordError, match="10x10"):
        crop_and_resize(np.zeros((10, 10, 3), np.uint8), spec(crop=crop))


def test_detail_is_never_made_up() -> None:
    with pytest.raises(InvalidRecordError, match="wrist"):
        crop_and_resize(np.zeros((3, 9, 3), np.uint8), spec())
