"""A policy that wanders: smooth motions in directions of its own choice, so that two chunks seldom agree."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from user_core.spec import EnvironmentSpec
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.policies.config import PolicyConfig
from user_policies.policies.registry import make_policy

AMPLITUDE = 0.2
_BATCH = 256
_WAVE_STEPS = 24


def waves(count: int, *, horizon: int, actions: int, generator: torch.Generator) -> Tensor:
    """Returns chunks (B, H, A): on each axis a sine wave of 24 steps that begins anywhere."""
    phase = 2 * math.pi * torch.rand(count, 1, actions, generator=generator)
    steps = torch.arange(horizon)[None, :, None]
    return AMPLITUDE * torch.sin(phase + 2 * math.pi * steps / _WAVE_STEPS)


def wandering_policy(*, spec: EnvironmentSpec, config: PolicyConfig, updates: int) -> ActorPolicy:
    """Returns a policy whose actor imitates such waves whatever it sees."""
    policy = make_policy(spec=spec, config=config, seed=0)
    generator = torch.Generator().manual_seed(0)
    optimiser = torch.optim.Adam(policy.network.actor.parameters(), lr=1e-3)
    for _ in range(updates):
        features = torch.randn(_BATCH, policy.network.features.outputs, generator=generator)
        chunk = waves(_BATCH, horizon=config.horizon, actions=spec.action_dim, generator=generator)
        loss = policy.network.actor.imitation_loss(
            features, chunk=chunk, weight=torch.ones(chunk.shape[:2]), generator=generator
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    policy.reset_average()
    return policy
