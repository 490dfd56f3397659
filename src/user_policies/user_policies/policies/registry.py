"""Policies by name."""

from __future__ import annotations

import importlib.util
import typing
from collections.abc import Collection

from user_core.errors import ConfigurationError
from user_core.registry import Registry
from user_core.spec import EnvironmentSpec
from user_policies.policies.config import PolicyConfig

if typing.TYPE_CHECKING:
    from user_policies.policies.actor_policy import ActorPolicy

POLICIES = Registry(
    kind="policy",
    entries={
        "cnn": "user_policies.policies.cnn:CnnPolicy",
        "flow": "user_policies.policies.flow:FlowPolicy",
        "flow_state": "user_policies.policies.flow:FlowStatePolicy",
        "mlp": "user_policies.policies.mlp:MlpPolicy",
        "pi0": "user_policies.policies.pi0:Pi0Policy",
        "vla_small": "user_policies.policies.vla_small:VlaSmallPolicy",
    },
    where="the launch argument policy",
)

ACTOR_KINDS = {"cnn": "gaussian", "flow": "flow", "flow_state": "flow", "mlp": "gaussian", "vla_small": "flow"}
"""What acts in each policy, known without importing it; one that is not named has an actor of its own kind."""

FLOWS = ("flow", "pi0")
"""The kinds of actor that follow a path from noise to a chunk, which can be guided to continue the one before."""

READING_CAMERAS = ("cnn", "flow", "vla_small")
"""The policies that see by `policy.encoder`."""

READING_INSTRUCTIONS = ("pi0", "vla_small")
"""The policies that can tell tasks apart."""

READING_TARGET = ("flow_state", "mlp")
"""The policies that read where the target really is, which is no part of what all arms have in common."""

LIBRARIES = {"pi0": "transformers"}
"""What a policy imports that is not installed for all; requirements/<policy>.txt brings it."""


def actor_kind(policy: str) -> str:
    """Returns the `kind` of a policy's actor."""
    return ACTOR_KINDS.get(policy, policy)


def check_library(policy: str) -> None:
    """Checks that the library is installed that a policy wants beside torch; imports neither.

    Raises:
        ConfigurationError: Naming what to install.
    """
    library = LIBRARIES.get(policy)
    if library is not None and importlib.util.find_spec(library) is None:
        raise ConfigurationError(
            key="policy",
            value=policy,
            allowed=f"{policy} needs the library {library}: in ./user shell, "
            f"pip install -r requirements/{policy}.txt; or take another policy",
            where="the launch argument policy",
        )


def check_blending(*, policy: str, blending: str) -> None:
    """Checks that the policy can join its chunks in this way; does not import it.

    Raises:
        ConfigurationError: It cannot.
    """
    if blending == "real_time" and actor_kind(policy) not in FLOWS:
        raise ConfigurationError(
            key="policy.chunk_blending",
            value=blending,
            allowed=f"none or ensembling: only the flow policies here can be made to continue a chunk, and {policy} is "
            "none of them",
            where="the params files, or the launch argument policy",
        )


def check_common(*, policy: str, tasks: Collection[str]) -> None:
    """Checks that one policy can serve arms by what they have in common; does not import it.

    Args:
        policy: Registry name.
        tasks: Names of the tasks, as far as they are known.

    Raises:
        ConfigurationError: It reads what they do not have in common, or cannot tell their tasks apart.
    """
    serving = [name for name in POLICIES.names if name not in READING_TARGET]
    if len(tasks) > 1:
        serving = [name for name in serving if name in READING_INSTRUCTIONS]
    if policy in serving:
        return
    reads = "reads where the target really is" if policy in READING_TARGET else "reads no instruction"
    raise ConfigurationError(
        key="policy",
        value=policy,
        allowed=f"one of {', '.join(serving)}, where one policy serves "
        f"{', '.join(sorted(tasks)) or 'several arms'}: {policy} {reads}",
        where="the launch argument policy",
    )


def make_policy(*, spec: EnvironmentSpec, config: PolicyConfig, seed: int = 0, device: str = "cpu") -> ActorPolicy:
    """Makes the policy that `config.name` names.

    Args:
        spec: The environment's spec.
        config: Name and settings.
        seed: Of the weights and of the noise.
        device: A torch device.

    Raises:
        UnknownNameError: When there is no such policy.
        ConfigurationError: When the environment lacks what it reads, its library is not installed, or it cannot join
            chunks as it shall.
    """
    check_library(config.name)
    check_blending(policy=config.name, blending=config.chunk_blending)
    policy: ActorPolicy = POLICIES.resolve(config.name)(spec=spec, config=config, seed=seed, device=device)
    return policy
