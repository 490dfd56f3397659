"""A small classifier over one or several cameras: does this picture show the task done?"""

from __future__ import annotations

import torch
from torch import Tensor, nn

_FEATURES = 32


class SuccessClassifier(nn.Module):
    """For each camera three strided convolutions and a linear layer; one linear layer over all of them.

    What tells success from a near miss is where things are, so positions are kept: nothing is pooled before the linear
    layer of a camera.
    """

    def __init__(self, *, sizes: tuple[tuple[int, int], ...]) -> None:
        """Makes the layers for cameras of (height, width) each."""
        super().__init__()
        self.eyes = nn.ModuleList(_eye(height, width) for height, width in sizes)
        self.head = nn.Linear(_FEATURES * len(sizes), 1)

    def forward(self, images: tuple[Tensor, ...]) -> Tensor:
        """Maps one (B, 3, H, W) normalised tensor per camera to logits (B,)."""
        features = torch.cat([eye(image) for eye, image in zip(self.eyes, images, strict=True)], dim=1)  # (B, 32 C)
        logits: Tensor = self.head(features).squeeze(1)
        return logits


def _eye(height: int, width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(3, 16, kernel_size=5, stride=2, padding=2),
        nn.ReLU(),
        nn.Conv2d(16, 32, kernel_size=3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(32, 32, kernel_size=3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * _eighth(height) * _eighth(width), _FEATURES),
        nn.ReLU(),
        nn.Dropout(0.2),
    )


def _eighth(pixels: int) -> int:
    """Return the size after three convolutions of stride 2, each of which rounds up."""
    return -(-pixels // 8)
