"""The actor of SAC: features to a tanh-Gaussian over action chunks."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor, nn

from user_policies.networks.actor import Actor, weighted_mean
from user_policies.networks.mlp import Mlp
from user_policies.networks.tanh_gaussian import TanhGaussian


class GaussianActor(Actor):
    """An MLP with two heads, mean and log standard deviation."""

    kind = "gaussian"

    def __init__(
        self,
        *,
        inputs: int,
        actions: int,
        hidden_sizes: Sequence[int],
        log_std_min: float,
        log_std_max: float,
        horizon: int = 1,
    ) -> None:
        """Makes the layers.

        Args:
            inputs: F, number of features.
            actions: A, number of action axes.
            hidden_sizes: Widths of the trunk.
            log_std_min: Lower bound of the log standard deviation before the tanh.
            log_std_max: Upper bound.
            horizon: H, steps in a chunk.
        """
        super().__init__(horizon=horizon, actions=actions)
        self.trunk = Mlp(inputs=inputs, hidden_sizes=hidden_sizes)
        self.mean = nn.Linear(self.trunk.outputs, horizon * actions)
        self.log_std = nn.Linear(self.trunk.outputs, horizon * actions)
        self._log_std_min = log_std_min
        self._log_std_max = log_std_max

    def forward(self, features: Tensor) -> TanhGaussian:
        """Maps features (B, F) to a distribution over chunks laid flat (B, H·A)."""
        hidden = self.trunk(features)
        log_std = torch.clamp(self.log_std(hidden), self._log_std_min, self._log_std_max)
        return TanhGaussian(mean=self.mean(hidden), log_std=log_std)

    def sample(self, features: Tensor, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
        """Draws chunks (B, H, A) and returns the logarithm of their density (B,)."""
        flat, log_density = self(features).sample(generator)
        return self._chunks(flat), log_density

    def mode(self, features: Tensor, generator: Generator | None = None) -> Tensor:
        """Returns the tanh of the mean, (B, H, A)."""
        return self._chunks(torch.tanh(self.mean(self.trunk(features))))

    def imitation_loss(
        self, features: Tensor, *, chunk: Tensor, weight: Tensor, generator: Generator | None = None
    ) -> Tensor:
        """Returns the mean squared error of the mode: arXiv:1011.0686, section 2 with a squared loss."""
        return weighted_mean((self.mode(features) - chunk).square(), weight=weight)

    def explore_with(self, log_std: float) -> None:
        """Makes the log standard deviation before the tanh `log_std` for every input, trainable from there on."""
        with torch.no_grad():
            self.log_std.weight.zero_()
            self.log_std.bias.fill_(log_std)

    def _chunks(self, flat: Tensor) -> Tensor:
        return flat.unflatten(-1, (self.horizon, self.actions))  # (B, H·A) -> (B, H, A)
