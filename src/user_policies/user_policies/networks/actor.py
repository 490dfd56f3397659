"""What every actor promises: features in, chunks of actions out."""

from __future__ import annotations

import torch
from torch import Generator, Tensor, nn

from user_policies.networks.real_time_chunking import PrefixBatch
from user_policies.shared_batch import mean_over_processes


class Actor(nn.Module):
    """The part of a policy that is trained by actions; what it sees of an observation are features (B, F).

    Attributes:
        horizon: H, steps in a chunk.
        actions: A, action axes.
        kind: Which kind of actor it is, by which an algorithm says what it trains (`policies/registry.py`).
    """

    kind: str

    def __init__(self, *, horizon: int, actions: int) -> None:
        """Takes the shape of a chunk."""
        super().__init__()
        self.horizon = horizon
        self.actions = actions

    def sample(self, features: Tensor, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
        """Draws chunks, differentiable in the weights.

        Args:
            features: (B, F).
            generator: Source of the noise.

        Returns:
            Chunks (B, H, A) in (-1, 1), and the logarithm of their density (B,); NaN where it is not known.
        """
        raise NotImplementedError

    def explore(self, features: Tensor, generator: Generator | None = None) -> Tensor:
        """Draws the chunks (B, H, A) that are done in practice: as `sample`, unless an actor practises otherwise."""
        chunk, _ = self.sample(features, generator)
        return chunk

    def mode(self, features: Tensor, generator: Generator | None = None) -> Tensor:
        """Returns the chunks (B, H, A) of a policy that does not explore.

        Args:
            features: (B, F).
            generator: Source of the noise that some begin from.
        """
        raise NotImplementedError

    def continue_chunk(
        self, features: Tensor, *, prefix: PrefixBatch, deterministic: bool, generator: Generator | None = None
    ) -> Tensor:
        """Returns chunks (B, H, A) that go on from the ones before them, see `real_time_chunking`; only a flow can.

        Args:
            features: (B, F).
            prefix: What is to be continued; a chunk with weight 0 throughout is as `mode` or `explore` would have it.
            deterministic: As `mode`, not as `explore`.
            generator: Source of the noise.
        """
        raise NotImplementedError

    def imitation_loss(
        self, features: Tensor, *, chunk: Tensor, weight: Tensor, generator: Generator | None = None
    ) -> Tensor:
        """Returns how badly it does what was done, a scalar.

        Args:
            features: (B, F).
            chunk: (B, H, A) what was done, in [-1, 1].
            weight: (B, H) share of each step in the loss; 0 for steps that are none or not to be imitated.
            generator: Source of the noise, where there is any.
        """
        raise NotImplementedError

    def explore_with(self, log_std: float) -> None:
        """Sets how widely practice begins to explore, where that is learned: see `GaussianActor`."""


def weighted_mean(errors: Tensor, *, weight: Tensor) -> Tensor:
    """Returns the mean over axes and weighted steps of errors (B, H, A), weights (B, H); 0 where all weights are 0."""
    per_step = errors.mean(dim=-1)  # (B, H, A) -> (B, H)
    total = mean_over_processes(weight.sum()).clamp(min=torch.finfo(weight.dtype).tiny)
    return (per_step * weight).sum() / total
