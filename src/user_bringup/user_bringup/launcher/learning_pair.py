"""Whether what is to be started knows its policy and has its library, asked before anything starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from user_bringup.launcher.errors import LaunchArgumentError
from user_bringup.launcher.process_description import ProcessDescription
from user_core.errors import UserRosError
from user_core.ros.params_files import params_in
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
    for node, values in _nodes(known, (_LEARNER, _POLICY)):
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
                    begins_trained=bool(
                        (values.get("pretraining.enabled", True) and values.get("pretraining.demonstrations", 1))
                        or values.get("pretraining.begin_with")
                    ),
                )
        except UserRosError as error:
            raise LaunchArgumentError(str(error)) from error


def _tasks(processes: Iterable[ProcessDescription]) -> set[str]:
    return {str(values["task.name"]) for _, values in _nodes(processes, (_ENVIRONMENT,)) if "task.name" in values}


def _nodes(processes: Iterable[ProcessDescription], names: tuple[str, ...]) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield name and parameters of the processes that are one of these nodes."""
    for process in processes:
        for name in names:
            if f"__node:={name}" in process.command:
                yield name, _parameters(process.command, node=name)


def _parameters(command: tuple[str, ...], *, node: str) -> dict[str, object]:
    values: dict[str, object] = {}
    for word, path in zip(command, command[1:], strict=False):
        if word != "--params-file":
            continue
        try:
            values |= params_in(Path(path).read_text(encoding="utf-8"), node_name=f"/{node}")
        except yaml.YAMLError as error:
            raise LaunchArgumentError(f"The params file {path} is no YAML: {error}") from error
    return values
