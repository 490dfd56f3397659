"""Values of params files that ROS would pass over in silence.

For a key written with dots rcl keeps one slot per kind of value, and takes the first that is filled of bool, integer,
float, string, whichever file came last: `a.b: 3` and `a.b: 2.5` in a later file give 3 (measured with Kilted).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from user_core.errors import ConfigurationError

_NAME = {"/**": r"(/[^/]+)*", "/*": r"/[^/]+"}


def check_params_files(arguments: Sequence[str], *, node_name: str, taken: Mapping[str, Any]) -> None:
    """Check that ROS took the last value that the params files give.

    Args:
        arguments: The process's, with `--params-file PATH` pairs in the order in which ROS reads them.
        node_name: Fully qualified, as `/arm_0/environment_node`.
        taken: What ROS gave the node, by parameter name; what is set on the command line is not looked at.

    Raises:
        ConfigurationError: For the first that is of another kind.
    """
    files = [Path(path) for word, path in zip(arguments, arguments[1:], strict=False) if word == "--params-file"]
    last: dict[str, tuple[Any, Path]] = {}
    for file in files:
        last |= {name: (value, file) for name, value in _parameters(file, node_name)}
    for name, (value, file) in last.items():
        if name in taken and _kind(value) != _kind(taken[name]) and not _assigned(name, arguments):
            raise ConfigurationError(
                key=name,
                value=value,
                allowed=f"an earlier params file gives {taken[name]!r}, and ROS keeps the earlier one of two that are "
                f"not both {_kind(taken[name])}",
                where=str(file),
            )


def _parameters(file: Path, node_name: str) -> Iterator[tuple[str, Any]]:
    sections = yaml.safe_load(file.read_text()) or {}
    for pattern, section in sections.items():
        if _matches(pattern, node_name):
            yield from _flat((section or {}).get("ros__parameters") or {})


def _matches(pattern: str, node_name: str) -> bool:
    parts = re.split(r"(/\*\*|/\*)", "/" + pattern.lstrip("/"))
    return re.fullmatch("".join(_NAME.get(part, re.escape(part)) for part in parts), node_name) is not None


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _kind(value: Any) -> str:
    if isinstance(value, str | bool | int | float):
        # YAML 1.1 in Python takes 1e-3 for a string, and rcl for a number.
        exponential = isinstance(value, str) and re.fullmatch(r"[-+]?[\d.]+[eE][-+]?\d+", value)
        return "float" if exponential else type(value).__name__
    return f"list of {_kind(value[0])}" if value else "empty list"


def _assigned(name: str, arguments: Sequence[str]) -> bool:
    return any(word.startswith(f"{name}:=") for word in arguments)
