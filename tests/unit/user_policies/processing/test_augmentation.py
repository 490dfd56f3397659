from __future__ import annotations

import torch

from user_policies.processing.augmentation import colour_noise, random_shift


def test_shift_moves_a_pixel_by_at_most_its_limit_and_changes_no_value() -> None:
    images = torch.zeros(64, 9, 9, 3, dtype=torch.uint8)
    images[:, 4, 4] = 200
    shifted = random_shift(images, pixels=2, generator=torch.Generator().manual_seed(0))
    places = (shifted[..., 0] == 200).nonzero()
    assert len(places) == 64
    moves = places[:, 1:] - 4
    assert moves.abs().max() == 2
    assert len(moves.unique(dim=0)) > 10
    assert set(shifted.unique().tolist()) == {0, 200}


def test_shift_repeats_the_edge() -> None:
    images = torch.arange(5, dtype=torch.uint8)[None, None, :, None].expand(32, 5, 5, 3)
    shifted = random_shift(images, pixels=2, generator=torch.Generator().manual_seed(0))
    rows = {tuple(row.tolist()) for row in shifted[:, 0, :, 0]}
    assert rows == {(0, 0, 0, 1, 2), (0, 0, 1, 2, 3), (0, 1, 2, 3, 4), (1, 2, 3, 4, 4), (2, 3, 4, 4, 4)}


def test_no_shift_and_no_noise_change_nothing() -> None:
    images = torch.randn(2, 3, 4, 4)
    assert random_shift(images, pixels=0) is images
    assert colour_noise(images, strength=0.0) is images


def test_colour_noise_is_one_gain_and_one_offset_per_channel() -> None:
    images = torch.stack([torch.zeros(3, 4, 4), torch.ones(3, 4, 4)])
    noisy = colour_noise(images, strength=0.2, generator=torch.Generator().manual_seed(0))
    assert torch.all(noisy.flatten(2).std(dim=-1) < 1e-6)
    assert len(noisy.unique()) == 6
    assert (noisy[0].abs() <= 0.2).all()
    assert ((noisy[1] - 1).abs() <= 0.4).all()
