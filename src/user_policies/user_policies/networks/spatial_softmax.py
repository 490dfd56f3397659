"""Where each channel of a feature map is active: arXiv:1504.00702, section 5.2."""

from __future__ import annotations

import functools

import torch
from torch import Tensor, nn


@functools.cache
def coordinate_grid(height: int, width: int) -> Tensor:
    """Returns (2, height, width): x to the right and y downwards, each in [-1, 1]; one tensor for all who ask."""
    with torch.inference_mode(False):  # whoever asks first may be acting; others train with it
        y, x = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
        return torch.stack([x, y])


class SpatialSoftmax(nn.Module):
    """Expected image coordinates under a softmax over each channel, with a learned temperature."""

    def __init__(self) -> None:
        """Starts at temperature 1."""
        super().__init__()
        self.log_temperature = nn.Parameter(torch.zeros(()))

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (B, C, H, W) to (B, 2C): expected x of each channel, then expected y, in [-1, 1]."""
        grid = coordinate_grid(maps.shape[2], maps.shape[3]).to(maps).flatten(1)  # (2, HW)
        flat = maps.permute(0, 2, 3, 1).flatten(1, 2)  # (B, HW, C), of maps with channels last without a copy
        attention = torch.softmax(flat * torch.exp(-self.log_temperature), dim=1)  # (B, HW, C)
        return (grid @ attention).flatten(1)  # (B, 2, C) -> (B, 2C)
