"""What a flow's network promises: a noisy chunk, its time and the observation in, the clean chunk out."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

_FREQUENCIES = 8


class FlowNetwork(nn.Module):
    """Predicts the end of a flow's path; what depends on the observation alone is computed once a path."""

    def context(self, features: Tensor) -> Tensor:
        """Maps features (B, F) to what every Euler step reads of them."""
        raise NotImplementedError

    def forward(self, noisy: Tensor, *, time: Tensor, context: Tensor) -> Tensor:
        """Predicts the clean chunk.

        Args:
            noisy: (B, H, A) a point of the path.
            time: (B,), or (1,) for all alike: 0 is noise, 1 is data.
            context: What `context` returned.

        Returns:
            (B, H, A) before the tanh.
        """
        raise NotImplementedError


class TimeEmbedding(nn.Module):
    """Time in [0, 1] as waves of rising frequency, then two layers."""

    frequencies: Tensor

    def __init__(self, *, outputs: int) -> None:
        """Takes the width of the embedding."""
        super().__init__()
        self.register_buffer("frequencies", math.pi * torch.arange(1, _FREQUENCIES + 1), persistent=False)
        self.layers = nn.Sequential(nn.Linear(2 * _FREQUENCIES, outputs), nn.SiLU(), nn.Linear(outputs, outputs))

    def forward(self, time: Tensor) -> Tensor:
        """Maps times (B,) to (B, outputs)."""
        phases = time[:, None] * self.frequencies  # (B, frequencies)
        embedded: Tensor = self.layers(torch.cat([phases.cos(), phases.sin()], dim=-1))
        return embedded
