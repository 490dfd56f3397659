"""Image augmentation for training: nothing of this runs when a policy acts."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from user_policies.shared_batch import of_whole_batch


def random_shift(images: Tensor, *, pixels: int, generator: Generator | None = None) -> Tensor:
    """Moves each image by its own whole number of pixels, edges repeated: arXiv:2004.13649, section 3.1.

    Args:
        images: (B, H, W, C) of any type.
        pixels: Largest shift in each direction; 0 returns the images.
        generator: Source of the shifts.
    """
    if pixels == 0:
        return images
    batch, height, width, _ = images.shape
    offsets = of_whole_batch(
        lambda rows: torch.randint(-pixels, pixels + 1, (2, rows, 1), generator=generator, device=images.device),
        rows=batch,
        dim=1,
    )
    rows = (offsets[0] + torch.arange(height, device=images.device)).clamp_(0, height - 1)  # (B, H)
    columns = (offsets[1] + torch.arange(width, device=images.device)).clamp_(0, width - 1)  # (B, W)
    index = torch.arange(batch, device=images.device)[:, None, None]
    return images[index, rows[:, :, None], columns[:, None, :]]


def colour_noise(images: Tensor, *, strength: float, generator: Generator | None = None) -> Tensor:
    """Multiplies each channel of each image by its own gain and adds an offset of its own, so that light matters less.

    Args:
        images: (B, C, H, W) normalised to about mean 0 and standard deviation 1.
        strength: Half-width of the uniform gain about 1, and of the offset about 0.
        generator: Source of the noise.
    """
    if strength == 0:
        return images
    draws = torch.rand((2, *images.shape[:2], 1, 1), generator=generator, device=images.device) * 2 - 1
    return images * (1 + strength * draws[0]) + strength * draws[1]
