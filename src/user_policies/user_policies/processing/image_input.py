"""From uint8 camera images to what convolutions take."""

from __future__ import annotations

import torch
from torch import Tensor

MEAN = 0.45
STD = 0.25


def normalise_images(images: Tensor) -> Tensor:
    """Maps (B, H, W, 3) uint8 RGB to (B, 3, H, W) float32, / 255, then mean and standard deviation about 0 and 1."""
    scaled = images.permute(0, 3, 1, 2).to(torch.float32)
    return scaled.mul_(1.0 / (255.0 * STD)).sub_(MEAN / STD)
