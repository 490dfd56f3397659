"""The parameters that nodes of a launch will be given, read before anything starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from user_bringup.launcher.errors import LaunchArgumentError
from user_bringup.launcher.process_description import ProcessDescription
from user_core.ros.params_files import params_in


def node_parameters(
    processes: Iterable[ProcessDescription], nodes: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields name and parameters of each process that is one of these nodes; of its params files the last one counts.

    Raises:
        LaunchArgumentError: A params file is no YAML.
    """
    for process in processes:
        for node in nodes:
            if f"__node:={node}" in process.command:
                yield node, _parameters(process.command, node=node)


def _parameters(command: tuple[str, ...], *, node: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for word, path in zip(command, command[1:], strict=False):
        if word != "--params-file":
            continue
        try:
            values |= params_in(Path(path).read_text(encoding="utf-8"), node_name=f"/{node}")
        except yaml.YAMLError as error:
            raise LaunchArgumentError(f"The params file {path} is no YAML: {error}") from error
    return values
