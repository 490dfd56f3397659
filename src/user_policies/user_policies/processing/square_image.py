"""Camera images as a vision transformer of a fixed size takes them."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def square_image(images: Tensor, *, size: int) -> Tensor:
    """Maps (B, H, W, 3) uint8 RGB to (B, 3, size, size) in [-1, 1]: scaled to fit, the rest black.

    Args:
        images: Of any height and width.
        size: Pixels of a side.
    """
    scaled = images.permute(0, 3, 1, 2).to(torch.float32) / 127.5 - 1.0
    height, width = scaled.shape[2:]
    if (height, width) == (size, size):
        return scaled
    factor = size / max(height, width)
    fitting = (round(height * factor), round(width * factor))
    scaled = functional.interpolate(scaled, size=fitting, mode="bilinear", align_corners=False, antialias=True)
    above, left = (size - fitting[0]) // 2, (size - fitting[1]) // 2
    borders = (left, size - fitting[1] - left, above, size - fitting[0] - above)
    return functional.pad(scaled, borders, value=-1.0)
