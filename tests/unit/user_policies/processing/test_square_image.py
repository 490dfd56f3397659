from __future__ import annotations

import torch

from user_policies.processing.square_image import square_image


def test_black_and_white_are_minus_one_and_one() -> None:
    images = torch.zeros(1, 8, 8, 3, dtype=torch.uint8)
    images[:, :, 4:] = 255
    square = square_image(images, size=8)
    assert square.shape == (1, 3, 8, 8)
    assert square[..., :4].eq(-1).all()
    assert square[..., 4:].eq(1).all()


def test_keeps_proportions_and_fills_the_rest_with_black() -> None:
    images = torch.full((2, 4, 8, 3), 255, dtype=torch.uint8)
    square = square_image(images, size=16)
    assert square.shape == (2, 3, 16, 16)
    assert square[:, :, 4:12].eq(1).all()
    assert square[:, :, :4].eq(-1).all() and square[:, :, 12:].eq(-1).all()
