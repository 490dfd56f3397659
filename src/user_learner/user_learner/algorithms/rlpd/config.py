"""The hyperparameters of RLPD: those of SAC, with the values of arXiv:2302.02948 on a real robot."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter
from user_learner.algorithms.sac.config import SacConfig


@dataclass(frozen=True, kw_only=True)
class RlpdConfig(SacConfig):
    """Half of `batch_size` comes from demonstrations."""

    utd_ratio: float = parameter(4.0, "critic updates per training step", minimum=0.001, maximum=100.0)
    cloning_weight: float = parameter(
        0.0,
        "weight of imitation of demonstrated actions in the actor's loss; 0 is plain RLPD",
        minimum=0.0,
    )
