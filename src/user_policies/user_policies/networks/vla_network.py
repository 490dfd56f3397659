"""A small vision-language-action network: tokens of cameras, state and words, read by the tokens of a chunk."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from user_policies.networks.flow_network import FlowNetwork, TimeEmbedding
from user_policies.networks.flow_transformer import DecoderLayer
from user_policies.processing.flat_layout import FlatLayout


class VlaNetwork(FlowNetwork):
    """A transformer over the observation, and an action expert that attends to it (arXiv:2410.24164 at small scale).

    The observation is read once a chunk, the expert runs once an Euler step.
    """

    def __init__(
        self, *, layout: FlatLayout, vocabulary: int, horizon: int, actions: int, width: int, layers: int, heads: int
    ) -> None:
        """Makes the layers.

        Args:
            layout: Of the features: words (L,) as shares of the vocabulary, state (S,), views (C, E), goals (G,).
            vocabulary: Word numbers there are.
            horizon: H, steps in a chunk.
            actions: A, action axes.
            width: W of a token.
            layers: Number of layers, of the transformer and of the expert.
            heads: Attention heads, a divisor of the width.
        """
        super().__init__()
        self._layout = layout
        self._vocabulary = vocabulary
        words, (cameras, encoded) = layout.shapes["words"][0], layout.shapes["views"]
        self.words = nn.Embedding(vocabulary, width)
        self.state = nn.Linear(layout.shapes["state"][0] + layout.shapes["goals"][0], width)
        self.views = nn.Linear(encoded, width)
        self.positions = nn.Parameter(torch.randn(words + 1 + cameras, width) * width**-0.5)
        self.reader = nn.ModuleList([_reading_layer(width=width, heads=heads) for _ in range(layers)])
        self.normalisation = nn.LayerNorm(width)
        self.noisy = nn.Linear(actions, width)
        self.time = TimeEmbedding(outputs=width)
        self.places = nn.Parameter(torch.randn(horizon, width) * width**-0.5)
        self.expert = nn.ModuleList(
            [DecoderLayer(width=width, heads=heads, several_tokens=horizon > 1) for _ in range(layers)]
        )
        self.outputs = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, actions))

    def context(self, features: Tensor) -> Tensor:
        """Maps features (B, F) to the tokens of the observation (B, L + 1 + C, W)."""
        parts = self._layout.unpack(features)
        words = self.words((parts["words"] * self._vocabulary).round().long())  # (B, L, W)
        state = self.state(torch.cat([parts["state"], parts["goals"]], dim=-1)).unsqueeze(1)  # (B, 1, W)
        tokens = torch.cat([words, state, self.views(parts["views"])], dim=1) + self.positions
        for layer in self.reader:
            tokens = layer(tokens)
        context: Tensor = self.normalisation(tokens)
        return context

    def forward(self, noisy: Tensor, *, time: Tensor, context: Tensor) -> Tensor:
        """Predicts the clean chunk (B, H, A)."""
        tokens = self.noisy(noisy) + self.places + self.time(time).unsqueeze(1)  # (B, H, W)
        for layer in self.expert:
            tokens = layer(tokens, context=context)
        clean: Tensor = self.outputs(tokens)  # (B, H, A)
        return clean


def _reading_layer(*, width: int, heads: int) -> nn.Module:
    return nn.TransformerEncoderLayer(
        width, heads, dim_feedforward=4 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    )
