"""Algorithms by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from user_core.errors import ConfigurationError
from user_core.registry import Registry, load
from user_policies.policies.config import FROZEN_ENCODERS
from user_policies.policies.registry import POLICIES, READING_CAMERAS, actor_kind


@dataclass(frozen=True, kw_only=True)
class AlgorithmEntry:
    """What an algorithm is made of.

    Attributes:
        config_type: Dataclass of its hyperparameters, the group `hyperparameters` of learner_node.
        learner: "module:Class" of what updates; made with config, policy and seed.
    """

    config_type: type[Any]
    learner: str

    @property
    def learner_type(self) -> type[Any]:
        """Import the class, and torch with it."""
        found: type[Any] = load(self.learner)
        return found


ALGORITHMS = Registry(
    kind="algorithm",
    entries={
        "bc": "user_learner.algorithms.bc:ENTRY",
        "hg_dagger": "user_learner.algorithms.hg_dagger:ENTRY",
        "rlpd": "user_learner.algorithms.rlpd:ENTRY",
        "sac": "user_learner.algorithms.sac:ENTRY",
        "sac_flow": "user_learner.algorithms.sac_flow:ENTRY",
    },
    where="the launch argument algorithm",
)

ACTORS_NEEDED = {"rlpd": "gaussian", "sac": "gaussian", "sac_flow": "flow"}
"""The kind of actor that an algorithm trains; one that is not named trains any."""


def policies_for(algorithm: str) -> list[str]:
    """Returns the names of the policies that an algorithm trains."""
    needed = ACTORS_NEEDED.get(algorithm)
    return [name for name in POLICIES.names if needed in (None, actor_kind(name))]


def check_pair(*, algorithm: str, policy: str) -> None:
    """Checks that the algorithm trains the policy; imports neither, so that it is known before anything starts.

    Raises:
        UnknownNameError: There is no such algorithm or policy.
        ConfigurationError: They do not go together.
    """
    ALGORITHMS.check(algorithm)
    POLICIES.check(policy)
    if policy in policies_for(algorithm):
        return
    others = [name for name in ALGORITHMS.names if policy in policies_for(name)]
    raise ConfigurationError(
        key="policy",
        value=policy,
        allowed=f"{algorithm} trains a {ACTORS_NEEDED[algorithm]} actor, and that of {policy} is "
        f"{actor_kind(policy)}: with {algorithm} take one of {', '.join(policies_for(algorithm))}; "
        f"{policy} is trained by {', '.join(others) or 'no algorithm here'}",
        where="the launch arguments algorithm and policy",
    )


def check_encoder(*, policy: str, encoder: str, begins_trained: bool) -> None:
    """Checks that what a policy sees with is trained at some time.

    Args:
        policy: Registry name.
        encoder: The parameter policy.encoder.
        begins_trained: Whether practice begins with weights that were trained.

    Raises:
        ConfigurationError: It would stay as random as it begins.
    """
    if begins_trained or policy not in READING_CAMERAS or encoder not in FROZEN_ENCODERS:
        return
    raise ConfigurationError(
        key="policy.encoder",
        value=encoder,
        allowed="small_trained or resnet10, which learn while they practise: nothing pretrains it, since "
        "there is no pretraining",
        where="the launch argument policy, as cnn_trained, or begin with demonstrations, as algorithm:=rlpd does",
    )


def algorithm_entry(name: str) -> AlgorithmEntry:
    """Returns the entry of an algorithm; raises UnknownNameError with the choices."""
    entry: AlgorithmEntry = ALGORITHMS.resolve(name)
    return entry
