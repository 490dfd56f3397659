"""An ensemble that knows what it has not been shown."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from user_policies.networks.critic_ensemble import EnsembleLayerNorm, EnsembleLinear
from user_policies.shared_batch import of_whole_batch


class DoubtEnsemble(nn.Module):
    """M small heads on a summary of the policy's own features, each of which imitates the first step of a chunk.

    One kind of ensemble for every policy: where demonstrations were, the heads agree, elsewhere each goes on as its
    first weights have it. Samples of a generative actor would differ wherever *people* do things in several ways, which
    is no doubt; and copies of a whole policy would cost M times its updates.
    """

    def __init__(self, *, members: int, inputs: int, actions: int, hidden_size: int) -> None:
        """Makes the layers.

        Args:
            members: M.
            inputs: G, numbers in a summary.
            actions: A.
            hidden_size: Of the one hidden layer.
        """
        super().__init__()
        self.layers = nn.Sequential(
            EnsembleLinear(members=members, inputs=inputs, outputs=hidden_size),
            EnsembleLayerNorm(members=members, size=hidden_size),
            nn.ReLU(),
            EnsembleLinear(members=members, inputs=hidden_size, outputs=actions),
            nn.Tanh(),
        )
        self.members = members

    def forward(self, summary: Tensor) -> Tensor:
        """Maps summaries (B, G) to actions (M, B, A)."""
        actions: Tensor = self.layers(summary.expand(self.members, *summary.shape))
        return actions

    def shares(self, samples: int, *, generator: torch.Generator, device: torch.device) -> Tensor:
        """Returns (M, samples), 1 for the half of a batch that a member learns from: each sees another one."""
        chosen = of_whole_batch(
            lambda rows: torch.randint(2, (self.members, rows), generator=generator, device=device),
            rows=samples,
            dim=1,
        )
        return chosen.to(torch.float32)
