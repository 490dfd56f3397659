"""The parameters that nodes of a launch will be given, read before anything starts."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import Any

from user_bringup.launcher.process_description import ProcessDescription
from user_core.ros.params_files import assigned_parameters, given_in_files, is_of_ros, meant

_NAME, _NAMESPACE = "__node:=", "__ns:="


def node_parameters(
    processes: Iterable[ProcessDescription], executables: Container[str]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yields executable, node name and parameters of each process that is one of these, and has its name by the launch.

    Args:
        processes: All.
        executables: As `user_learner/learner_node`, package and file.

    Raises:
        UserRosError: As `given_in_files`.
    """
    for process in processes:
        found = next((name for name in map(_executable, process.command) if name in executables), None)
        node = _remapped(process.command, _NAME)
        if found is not None and node:
            yield found, node, _parameters(process.command, node=node)


def _executable(word: str) -> str:
    """Return `package/file` of a path as colcon installs executables: `…/lib/package/file`."""
    *_, library, package, file = ("", "", *Path(word).parts[-3:])
    return f"{package}/{file}" if library == "lib" else ""


def _remapped(command: tuple[str, ...], rule: str) -> str:
    return next((word.removeprefix(rule) for word in reversed(command) if word.startswith(rule)), "")


def _parameters(command: tuple[str, ...], *, node: str) -> dict[str, Any]:
    namespace = _remapped(command, _NAMESPACE).strip("/")
    node_name = f"/{namespace}/{node}" if namespace else f"/{node}"
    given = given_in_files(command, node_name=node_name)
    values = {name: meant(value) for name, (value, _) in given.items()} | assigned_parameters(command)
    return {name: value for name, value in values.items() if not is_of_ros(name)}
