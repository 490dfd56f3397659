"""Whether what is to be started knows its policy and has its library, asked before anything starts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from user_bringup.launcher.errors import LaunchArgumentError
from user_bringup.launcher.node_parameters import node_parameters
from user_bringup.launcher.process_description import ProcessDescription
from user_core.errors import UserRosError
from user_learner.algorithms.pretraining.config import PretrainingConfig
from user_learner.algorithms.registry import check_encoder, check_pair
from user_policies.policies.registry import check_blending, check_common, check_library

_LEARNER = "learner_node"
_POLICY = "policy_node"
_ENVIRONMENT = "environment_node"


def check_learning_pairs(processes: Iterable[ProcessDescription]) -> None:
    """Checks policy, and algorithm, of every policy node and learner, as their params files give them.

    Raises:
        LaunchArgumentError: One of them does not exist, they do not go together, a library is missing, or the policy
            cannot serve all tasks.
    """
    known = list(processes)
    for node, values in node_parameters(known, (_LEARNER, _POLICY)):
        if "policy.name" not in values or (node == _LEARNER and "algorithm" not in values):
            continue  # The node has defaults, and checks them itself.
        try:
            policy = str(values["policy.name"])
            check_library(policy)
            check_blending(policy=policy, blending=str(values.get("policy.chunk_blending", "none")))
            if values.get("policy.embodiment") == "common":
                check_common(policy=policy, tasks=_tasks(known))
            if node == _LEARNER:
                check_pair(algorithm=str(values["algorithm"]), policy=policy)
                check_encoder(
                    policy=policy,
                    encoder=str(values.get("policy.encoder", "")),
                    begins_trained=_begins_trained(values),
                )
        except UserRosError as error:
            raise LaunchArgumentError(str(error)) from error


def _tasks(processes: Iterable[ProcessDescription]) -> set[str]:
    environments = node_parameters(processes, (_ENVIRONMENT,))
    return {str(values["task.name"]) for _, values in environments if "task.name" in values}


def _begins_trained(values: Mapping[str, Any]) -> bool:
    names = ("enabled", "demonstrations", "begin_with")
    given = {name: values[f"pretraining.{name}"] for name in names if f"pretraining.{name}" in values}
    return PretrainingConfig(**given).begins_trained
