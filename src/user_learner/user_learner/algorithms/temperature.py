"""The weight of the entropy, positive by construction."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class Temperature(nn.Module):
    """alpha = softplus(x): never negative, and its steps do not shrink with it as those of an exponential do."""

    def __init__(self, *, initial: float) -> None:
        """Starts at `initial` > 0."""
        super().__init__()
        # The inverse of softplus, log(exp(alpha) - 1), written so that a small alpha keeps its digits.
        self.raw = nn.Parameter(torch.tensor(math.log(math.expm1(initial))))

    def forward(self) -> Tensor:
        """Returns alpha, a scalar."""
        return functional.softplus(self.raw)
