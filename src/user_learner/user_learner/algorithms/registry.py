"""Algorithms by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from user_core.registry import Registry


@dataclass(frozen=True, kw_only=True)
class AlgorithmEntry:
    """What an algorithm is made of.

    Attributes:
        config_type: Dataclass of its hyperparameters, the group `hyperparameters` of learner_node.
        learner_type: Class that updates; made with config, policy and seed.
    """

    config_type: type[Any]
    learner_type: type[Any]


ALGORITHMS = Registry(
    kind="algorithm",
    entries={
        "bc": "user_learner.algorithms.bc:ENTRY",
        "hg_dagger": "user_learner.algorithms.hg_dagger:ENTRY",
        "rlpd": "user_learner.algorithms.rlpd:ENTRY",
        "sac": "user_learner.algorithms.sac:ENTRY",
    },
    where="the launch argument algorithm",
)


def algorithm_entry(name: str) -> AlgorithmEntry:
    """Returns the entry of an algorithm; raises UnknownNameError with the choices."""
    entry: AlgorithmEntry = ALGORITHMS.resolve(name)
    return entry
