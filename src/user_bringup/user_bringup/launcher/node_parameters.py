"""The parameters that nodes of a launch will be given, read before anything starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from user_bringup.launcher.errors import LaunchArgumentError
from user_bringup.launcher.process_description import ProcessDescription
from user_core.ros.params_files import check_params_files, is_of_ros, params_in

_NAMESPACE = "__ns:="


def node_parameters(
    processes: Iterable[ProcessDescription], nodes: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields name and parameters of each process that is one of these nodes; of its params files the last one counts.

    Raises:
        LaunchArgumentError: A params file is no YAML.
        ConfigurationError: A section of one is meant for the node and misspelt.
    """
    for process in processes:
        for node in nodes:
            if f"__node:={node}" in process.command:
                yield node, _parameters(process.command, node=node)


def _parameters(command: tuple[str, ...], *, node: str) -> dict[str, Any]:
    namespaces = [word.removeprefix(_NAMESPACE) for word in command if word.startswith(_NAMESPACE)]
    node_name = f"/{'/'.join(name.strip('/') for name in [*namespaces[-1:], node])}"
    values: dict[str, Any] = {}
    for word, path in zip(command, command[1:], strict=False):
        if word != "--params-file":
            continue
        try:
            values |= params_in(Path(path).read_text(encoding="utf-8"), node_name=node_name)
        except yaml.YAMLError as error:
            raise LaunchArgumentError(f"The params file {path} is no YAML: {error}") from error
    check_params_files(command, node_name=node_name, taken={})
    return {name: value for name, value in values.items() if not is_of_ros(name)}
