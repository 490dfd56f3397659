"""A multi-layer perceptron with LayerNorm."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn


class Mlp(nn.Module):
    """Hidden layers of linear, LayerNorm and ReLU; no output layer.

    LayerNorm bounds the growth of Q on actions that replay never saw (arXiv:2302.02948, section 4.2).
    """

    def __init__(self, *, inputs: int, hidden_sizes: Sequence[int]) -> None:
        """Makes the layers.

        Args:
            inputs: Size of the last dimension of the input.
            hidden_sizes: Width of each hidden layer, at least one.
        """
        super().__init__()
        layers: list[nn.Module] = []
        width = inputs
        for size in hidden_sizes:
            layers += [nn.Linear(width, size), nn.LayerNorm(size), nn.ReLU()]
            width = size
        self.layers = nn.Sequential(*layers)
        self.outputs = width

    def forward(self, inputs: Tensor) -> Tensor:
        """Maps (..., inputs) to (..., outputs)."""
        hidden: Tensor = self.layers(inputs)
        return hidden
