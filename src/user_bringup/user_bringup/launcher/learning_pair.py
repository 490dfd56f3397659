"""Whether what is to be started knows its policy and has its library, asked before anything starts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from user_bringup.launcher.errors import LaunchArgumentError
from user_bringup.launcher.process_description import ProcessDescription
from user_core.errors import UserRosError
from user_core.ros.params_files import params_in
from user_learner.algorithms.registry import check_encoder, check_pair
from user_policies.policies.registry import check_library

_LEARNER = "learner_node"
_POLICY = "policy_node"


def check_learning_pairs(processes: Iterable[ProcessDescription]) -> None:
    """Checks policy, and algorithm, of every policy node and learner, as their params files give them.

    Raises:
        LaunchArgumentError: One of them does not exist, they do not go together, or a library is missing.
    """
    for process in processes:
        node = next((name for name in (_LEARNER, _POLICY) if f"__node:={name}" in process.command), "")
        if not node:
            continue
        values = _parameters(process.command, node=node)
        if "policy.name" not in values or (node == _LEARNER and "algorithm" not in values):
            continue  # The node has defaults, and checks them itself.
        try:
            check_library(str(values["policy.name"]))
            if node == _LEARNER:
                check_pair(algorithm=str(values["algorithm"]), policy=str(values["policy.name"]))
                check_encoder(
                    policy=str(values["policy.name"]),
                    encoder=str(values.get("policy.encoder", "")),
                    begins_trained=bool(
                        values.get("pretraining.demonstrations", 1) or values.get("pretraining.begin_with")
                    ),
                )
        except UserRosError as error:
            raise LaunchArgumentError(str(error)) from error


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
