"""The features that a policy's answer is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from user_core.types import Observation
from user_policies.policies.actor_policy import ActorPolicy


def acting_features(policy: ActorPolicy, observations: Sequence[Observation]) -> Tensor:
    """Return the features (B, F) out of which `act` answers with samples."""
    seen: list[Tensor] = []

    def see(module: Any, inputs: Any, features: Tensor) -> None:
        seen.append(features)

    with policy.network.features.register_forward_hook(see):
        policy.act(observations, deterministic=[False] * len(observations))
    (features,) = seen
    return features.clone()  # out of the mode of inference, so that a gradient may flow from it
