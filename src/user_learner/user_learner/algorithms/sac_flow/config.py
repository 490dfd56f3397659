"""The hyperparameters of SAC-Flow: those of RLPD, with an entropy that a flow can be held to."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter
from user_learner.algorithms.rlpd.config import RlpdConfig


@dataclass(frozen=True, kw_only=True)
class SacFlowConfig(RlpdConfig):
    """The flow itself, its Euler steps and its noise, are set with the policy: `policy.flow`."""

    target_entropy: float = parameter(
        -3.0,
        "entropy in nats, for each step of a chunk, that the temperature aims at, beyond that of the path's noise, "
        "which no weights change",
    )
