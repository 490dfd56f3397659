"""The tanh-Gaussian distribution over actions in (-1, 1): arXiv:1812.05905, appendix C."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional

from user_policies.shared_batch import standard_normal

_LOG_2 = math.log(2.0)
_HALF_LOG_2_PI = 0.5 * math.log(2.0 * math.pi)


@dataclass(frozen=True, kw_only=True, eq=False)
class TanhGaussian:
    """a = tanh(u), u ~ N(mean, exp(log_std)²), independent in each of the A actions.

    Attributes:
        mean: (B, A) of the Gaussian before the tanh.
        log_std: (B, A) natural logarithm of its standard deviation.
    """

    mean: Tensor
    log_std: Tensor

    def mode(self) -> Tensor:
        """Returns tanh(mean), (B, A): what a deterministic policy does."""
        return torch.tanh(self.mean)

    def sample(self, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
        """Draws reparametrised actions.

        Args:
            generator: Source of the noise.

        Returns:
            Actions (B, A), and the logarithm of their density (B,).
        """
        noise = standard_normal(self.mean.shape, generator=generator, like=self.mean)
        before_tanh = self.mean + self.log_std.exp() * noise
        return torch.tanh(before_tanh), log_density(before_tanh=before_tanh, mean=self.mean, log_std=self.log_std)


def log_density(*, before_tanh: Tensor, mean: Tensor, log_std: Tensor) -> Tensor:
    """Returns log pi(tanh(u)), (B,): arXiv:1812.05905, equation 26.

    Args:
        before_tanh: u, (B, A).
        mean: (B, A).
        log_std: (B, A).
    """
    standardised = (before_tanh - mean) * torch.exp(-log_std)
    gaussian = -0.5 * standardised.square() - log_std - _HALF_LOG_2_PI
    return (gaussian - log_tanh_slope(before_tanh)).sum(dim=-1)  # (B, A) -> (B,)


def log_tanh_slope(before_tanh: Tensor) -> Tensor:
    """Returns log(1 - tanh(u)²) of any shape, written so that it stays exact where tanh(u) rounds to ±1."""
    return 2.0 * (_LOG_2 - before_tanh - functional.softplus(-2.0 * before_tanh))
