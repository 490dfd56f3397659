"""Whether the learner that is to be started knows its policy, asked before anything starts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from user_bringup.launcher.errors import LaunchArgumentError
from user_bringup.launcher.process_description import ProcessDescription
from user_core.errors import UserRosError
from user_core.ros.params_files import params_in
from user_learner.algorithms.registry import check_pair

_NODE = "learner_node"


def check_learning_pairs(processes: Iterable[ProcessDescription]) -> None:
    """Checks algorithm and policy of every learner among the processes, as their params files give them.

    Raises:
        LaunchArgumentError: An algorithm does not train the policy, or one of them does not exist.
    """
    for process in processes:
        if f"__node:={_NODE}" not in process.command:
            continue
        values = _parameters(process.command)
        if "algorithm" not in values or "policy.name" not in values:
            continue  # The node has defaults, and checks them itself.
        try:
            check_pair(algorithm=str(values["algorithm"]), policy=str(values["policy.name"]))
        except UserRosError as error:
            raise LaunchArgumentError(str(error)) from error


def _parameters(command: tuple[str, ...]) -> dict[str, object]:
    values: dict[str, object] = {}
    for word, path in zip(command, command[1:], strict=False):
        if word != "--params-file":
            continue
        try:
            values |= params_in(Path(path).read_text(encoding="utf-8"), node_name=f"/{_NODE}")
        except yaml.YAMLError as error:
            raise LaunchArgumentError(f"The params file {path} is no YAML: {error}") from error
    return values
