"""The actor: features to a tanh-Gaussian."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from user_policies.networks.mlp import Mlp
from user_policies.networks.tanh_gaussian import TanhGaussian


class Actor(nn.Module):
    """An MLP with two heads, mean and log standard deviation."""

    def __init__(
        self, *, inputs: int, actions: int, hidden_sizes: Sequence[int], log_std_min: float, log_std_max: float
    ) -> None:
        """Makes the layers.

        Args:
            inputs: F, number of features.
            actions: A, number of action axes.
            hidden_sizes: Widths of the trunk.
            log_std_min: Lower bound of the log standard deviation before the tanh.
            log_std_max: Upper bound.
        """
        super().__init__()
        self.trunk = Mlp(inputs=inputs, hidden_sizes=hidden_sizes)
        self.mean = nn.Linear(self.trunk.outputs, actions)
        self.log_std = nn.Linear(self.trunk.outputs, actions)
        self._log_std_min = log_std_min
        self._log_std_max = log_std_max

    def forward(self, features: Tensor) -> TanhGaussian:
        """Maps features (B, F) to a distribution over actions (B, A)."""
        hidden = self.trunk(features)
        log_std = torch.clamp(self.log_std(hidden), self._log_std_min, self._log_std_max)
        return TanhGaussian(mean=self.mean(hidden), log_std=log_std)

    def set_log_std(self, value: float) -> None:
        """Makes the log standard deviation `value` for every input, trainable from there on."""
        with torch.no_grad():
            self.log_std.weight.zero_()
            self.log_std.bias.fill_(value)
