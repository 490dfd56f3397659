"""The flow's network where a transformer costs too much: one hidden vector for the whole chunk."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from user_policies.networks.flow_network import FlowNetwork, TimeEmbedding
from user_policies.networks.mlp import Mlp


class FlowMlp(FlowNetwork):
    """An MLP on features, chunk and time, whose first layer is a sum of three."""

    def __init__(self, *, inputs: int, horizon: int, actions: int, width: int, layers: int) -> None:
        """Makes the layers.

        Args:
            inputs: F, number of features.
            horizon: H, steps in a chunk.
            actions: A, action axes.
            width: Of every layer.
            layers: Number of hidden layers.
        """
        super().__init__()
        self.features = nn.Linear(inputs, width)
        self.noisy = nn.Linear(horizon * actions, width, bias=False)
        self.time = TimeEmbedding(outputs=width)
        self.normalisation = nn.LayerNorm(width)
        self.hidden = Mlp(inputs=width, hidden_sizes=(width,) * (layers - 1))
        self.outputs = nn.Linear(width, horizon * actions)

    def context(self, features: Tensor) -> Tensor:
        """Maps features (B, F) to their part of the first layer (B, width)."""
        context: Tensor = self.features(features)
        return context

    def forward(self, noisy: Tensor, *, time: Tensor, context: Tensor) -> Tensor:
        """Predicts the clean chunk (B, H, A)."""
        first = context + self.noisy(noisy.flatten(1)) + self.time(time)  # (B, width)
        hidden = self.hidden(functional.relu(self.normalisation(first)))
        flat: Tensor = self.outputs(hidden)  # (B, H·A)
        return flat.view_as(noisy)
