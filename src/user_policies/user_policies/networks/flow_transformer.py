"""Flow-T, the flow's network of arXiv:2509.25756, section 4.2: a decoder of time-and-action tokens."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from user_policies.networks.flow_network import FlowNetwork, TimeEmbedding


class FlowTransformer(FlowNetwork):
    """Each step of a chunk is a token, which reads the observation by cross-attention.

    A token never sees another Euler step: what is decoded is a velocity at one point of the path, not the path. The
    tokens of one chunk see each other, where there are several.
    """

    def __init__(self, *, inputs: int, horizon: int, actions: int, width: int, layers: int, heads: int) -> None:
        """Makes the layers.

        Args:
            inputs: F, number of features.
            horizon: H, steps in a chunk.
            actions: A, action axes.
            width: W of a token.
            layers: Number of decoder layers.
            heads: Attention heads, a divisor of the width.
        """
        super().__init__()
        self.features = nn.Sequential(nn.Linear(inputs, width), nn.SiLU(), nn.Linear(width, width), nn.LayerNorm(width))
        self.noisy = nn.Linear(actions, width)
        self.time = TimeEmbedding(outputs=width)
        self.places = nn.Parameter(torch.randn(horizon, width) * width**-0.5)
        self.layers = nn.ModuleList(
            [DecoderLayer(width=width, heads=heads, several_tokens=horizon > 1) for _ in range(layers)]
        )
        self.outputs = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, actions))

    def context(self, features: Tensor) -> Tensor:
        """Maps features (B, F) to the one token (B, 1, W) that stands for the observation."""
        context: Tensor = self.features(features).unsqueeze(1)
        return context

    def forward(self, noisy: Tensor, *, time: Tensor, context: Tensor) -> Tensor:
        """Predicts the clean chunk (B, H, A)."""
        tokens = self.noisy(noisy) + self.places + self.time(time).unsqueeze(1)  # (B, H, W)
        for layer in self.layers:
            tokens = layer(tokens, context=context)
        clean: Tensor = self.outputs(tokens)  # (B, H, A)
        return clean


class DecoderLayer(nn.Module):
    """Pre-LN attention among a chunk's tokens, cross-attention to the observation, two layers on each token."""

    def __init__(self, *, width: int, heads: int, several_tokens: bool) -> None:
        """Makes the layers; a single token has nobody to attend to."""
        super().__init__()
        self.within = PreNormAttention(width=width, heads=heads) if several_tokens else None
        self.across = PreNormAttention(width=width, heads=heads)
        self.alone = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, tokens: Tensor, *, context: Tensor) -> Tensor:
        """Maps tokens (B, H, W) to the same shape; the context is (B, C, W)."""
        if self.within is not None:
            tokens = self.within(tokens)
        tokens = self.across(tokens, context=context)
        return tokens + self.alone(tokens)


class PreNormAttention(nn.Module):
    """x + attention of LN(x) to a context, or to itself."""

    def __init__(self, *, width: int, heads: int) -> None:
        """Makes the layers."""
        super().__init__()
        self.normalisation = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)

    def forward(self, tokens: Tensor, *, context: Tensor | None = None) -> Tensor:
        """Maps tokens (B, H, W) to the same shape; the context is (B, C, W)."""
        queries = self.normalisation(tokens)
        read = queries if context is None else context
        attended, _ = self.attention(queries, read, read, need_weights=False)
        return tokens + attended
