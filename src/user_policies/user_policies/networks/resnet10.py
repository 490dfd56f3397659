"""A ten-layer residual encoder, trained end to end with the critic; made for a GPU."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from user_policies.networks.shared_dropout import SharedDropout

_GROUPS = 4
_STAGES = (64, 128, 256, 512)


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions with GroupNorm and a shortcut: arXiv:1512.03385, arXiv:1803.08494."""

    def __init__(self, *, inputs: int, outputs: int, stride: int) -> None:
        """Makes the layers; the shortcut is a 1×1 convolution where the shape changes."""
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.first_norm = nn.GroupNorm(_GROUPS, outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.second_norm = nn.GroupNorm(_GROUPS, outputs)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.GroupNorm(_GROUPS, outputs)
            )

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (B, inputs, H, W) to (B, outputs, H/stride, W/stride)."""
        hidden = functional.relu(self.first_norm(self.first(maps)))
        return functional.relu(self.second_norm(self.second(hidden)) + self.shortcut(maps))


class LearnedSpatialEmbeddings(nn.Module):
    """K learned weightings of positions per channel instead of pooling, as HIL-SERL does (arXiv:2410.21845)."""

    def __init__(self, *, channels: int, height: int, width: int, embeddings: int) -> None:
        """Draws the weightings as a linear layer over the positions would."""
        super().__init__()
        bound = (height * width) ** -0.5
        self.kernel = nn.Parameter(torch.empty(channels, height, width, embeddings).uniform_(-bound, bound))

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (B, C, H, W) to (B, C·K)."""
        return torch.einsum("bchw,chwk->bck", maps, self.kernel).flatten(1)


class ResNet10Encoder(nn.Module):
    """Stem, four residual blocks, learned spatial embeddings (8), dropout .1, linear, LayerNorm, tanh."""

    def __init__(self, *, height: int, width: int, outputs: int) -> None:
        """Makes the layers for images of (height, width) pixels and `outputs` features."""
        super().__init__()
        self.stem = nn.Conv2d(3, _STAGES[0], 7, stride=2, padding=3, bias=False)
        self.stem_norm = nn.GroupNorm(_GROUPS, _STAGES[0])
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        blocks = []
        channels = _STAGES[0]
        for stage, size in enumerate(_STAGES):
            blocks.append(ResidualBlock(inputs=channels, outputs=size, stride=1 if stage == 0 else 2))
            channels = size
        self.blocks = nn.Sequential(*blocks)
        with torch.no_grad():
            shape = self._maps(torch.zeros(1, 3, height, width)).shape
        self.embeddings = LearnedSpatialEmbeddings(channels=channels, height=shape[2], width=shape[3], embeddings=8)
        self.head = nn.Sequential(
            SharedDropout(0.1), nn.Linear(channels * 8, outputs), nn.LayerNorm(outputs), nn.Tanh()
        )
        self.outputs = outputs

    def forward(self, images: Tensor) -> Tensor:
        """Maps images (B, 3, H, W), normalised, to features (B, outputs)."""
        features: Tensor = self.head(self.embeddings(self._maps(images)))
        return features

    def _maps(self, images: Tensor) -> Tensor:
        hidden = self.pool(functional.relu(self.stem_norm(self.stem(images))))
        maps: Tensor = self.blocks(hidden)
        return maps
