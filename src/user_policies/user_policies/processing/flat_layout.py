"""Several tensors laid flat into one row of features, and taken out again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class FlatLayout:
    """Named parts of a feature vector, in order.

    Features are what replay caches and what an actor is given; a policy that reads several things packs them here.

    Attributes:
        shapes: Shape of each part, without the batch.
    """

    shapes: Mapping[str, tuple[int, ...]]

    @property
    def outputs(self) -> int:
        """F, numbers in a row."""
        return sum(math.prod(shape) for shape in self.shapes.values())

    def pack(self, **parts: Tensor) -> Tensor:
        """Lays parts (B, *shape) flat as float32 (B, F); whole numbers up to 2^24 stay exact."""
        return torch.cat([parts[name].flatten(1).to(torch.float32) for name in self.shapes], dim=1)

    def unpack(self, features: Tensor) -> dict[str, Tensor]:
        """Takes the parts (B, *shape) out of features (B, F), as float32."""
        pieces = features.split([math.prod(shape) for shape in self.shapes.values()], dim=1)
        return {
            name: piece.unflatten(1, shape) for (name, shape), piece in zip(self.shapes.items(), pieces, strict=True)
        }
