"""N critics evaluated at once."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

_FIRST_VALUES = 0.01
"""Share of the usual initial values. At full size they are as large as all there is to win, and where an episode is
long they take thousands of updates to fade."""


class EnsembleLinear(nn.Module):
    """N linear layers of one shape, applied to N inputs in one batched product."""

    def __init__(self, *, members: int, inputs: int, outputs: int) -> None:
        """Draws weights as `nn.Linear` does, each member its own."""
        super().__init__()
        bound = 1.0 / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.empty(members, inputs, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(members, 1, outputs).uniform_(-bound, bound))

    def forward(self, inputs: Tensor) -> Tensor:
        """Maps (N, B, inputs) to (N, B, outputs)."""
        return torch.baddbmm(self.bias, inputs, self.weight)


class EnsembleLayerNorm(nn.Module):
    """LayerNorm over the last dimension with a gain and an offset of each member's own."""

    def __init__(self, *, members: int, size: int) -> None:
        """Starts as the identity on normalised values."""
        super().__init__()
        self.gain = nn.Parameter(torch.ones(members, 1, size))
        self.offset = nn.Parameter(torch.zeros(members, 1, size))

    def forward(self, inputs: Tensor) -> Tensor:
        """Maps (N, B, size) to (N, B, size)."""
        normalised = functional.layer_norm(inputs, inputs.shape[-1:])
        return torch.addcmul(self.offset, normalised, self.gain)


class CriticEnsemble(nn.Module):
    """N independent critics Q(features, action): each linear, LayerNorm, ReLU as `Mlp`, and one output, 0 at first."""

    def __init__(self, *, members: int, features: int, actions: int, hidden_sizes: Sequence[int]) -> None:
        """Makes the layers.

        Args:
            members: N, number of critics.
            features: F, number of features.
            actions: A, number of action axes.
            hidden_sizes: Widths of the hidden layers.
        """
        super().__init__()
        layers: list[nn.Module] = []
        width = features + actions
        for size in hidden_sizes:
            layers += [EnsembleLinear(members=members, inputs=width, outputs=size)]
            layers += [EnsembleLayerNorm(members=members, size=size), nn.ReLU()]
            width = size
        values = EnsembleLinear(members=members, inputs=width, outputs=1)
        with torch.no_grad():
            for tensor in values.parameters():
                tensor.mul_(_FIRST_VALUES)
        self.layers = nn.Sequential(*layers, values)
        self.members = members

    def forward(self, features: Tensor, actions: Tensor) -> Tensor:
        """Maps features (B, F) and actions (B, A) to values (N, B)."""
        inputs = torch.cat([features, actions], dim=-1)  # (B, F + A)
        hidden = inputs.expand(self.members, *inputs.shape)
        *layers, last = self.layers
        for layer in layers:
            hidden = layer(hidden)
        with torch.autocast(inputs.device.type, enabled=False):  # of one step's discount, half precision knows little
            values: Tensor = last(hidden.to(inputs.dtype))  # (N, B, 1)
        return values.squeeze(-1)
