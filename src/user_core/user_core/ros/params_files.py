"""Values of params files that ROS would pass over in silence.

For a key written with dots rcl keeps one slot per kind of value, and takes the first that is filled of bool, integer,
float, string, whichever file came last: `a.b: 3` and `a.b: 2.5` in a later file give 3 (measured with Kilted).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from user_core.configuration import flatten
from user_core.errors import ConfigurationError

_MEANT_LIKENESS = 0.85
"""Of two names, as difflib has it; those of two nodes of ours are below .75."""


class _Loader(yaml.SafeLoader):
    """Reads as rcl does: 1e-3 is a number, which YAML 1.1 in Python takes for a string, and 2026-11-22 is a string."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as in its base
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+.0123456789")
)

_OF_ROS = ("use_sim_time", "qos_overrides.", "start_type_description_service")

_NAME = {"/**": r"(/[^/]+)*", "/*": r"/[^/]+"}


def check_params_files(arguments: Sequence[str], *, node_name: str, taken: Mapping[str, Any]) -> None:
    """Check that ROS took the last value that the params files give.

    Args:
        arguments: The process's, with `--params-file PATH` pairs in the order in which ROS reads them.
        node_name: Fully qualified, as `/arm_0/environment_node`.
        taken: What ROS gave the node, by parameter name; what is set on the command line is not looked at.

    Raises:
        ConfigurationError: For the first that is of another kind, and for a section that is meant for this node and
            misspelt.
    """
    files = [Path(path) for word, path in zip(arguments, arguments[1:], strict=False) if word == "--params-file"]
    last: dict[str, tuple[Any, Path]] = {}
    for file in files:
        sections = _sections(file.read_text())
        for pattern, section in sections.items():
            _check_spelling(pattern, node_name, file)
            if _matches(pattern, node_name):
                values = flat_parameters((section or {}).get("ros__parameters") or {})
                last |= {name: (value, file) for name, value in values}
    for name, (value, file) in last.items():
        if name in taken and _kind(value) != _kind(taken[name]) and not _assigned(name, arguments):
            raise ConfigurationError(
                key=name,
                value=value,
                allowed=f"an earlier params file gives {taken[name]!r}, and ROS keeps the earlier one of two that are "
                f"not both {_kind(taken[name])}",
                where=str(file),
            )


def params_text(config: Any, *, node: str) -> str:
    """Return a configuration as a params file: what a node really had, to be given back to one of its name."""
    values = {name: value if value != [] else [""] for name, value in flatten(config).items()}
    return yaml.safe_dump({f"/**/{node}": {"ros__parameters": values}}, sort_keys=False, allow_unicode=True)


def params_in(text: str, *, node_name: str) -> dict[str, Any]:
    """Return the parameters that a params file gives a node, by dotted name; [''] stands for an empty list.

    Args:
        text: Of the file.
        node_name: Fully qualified, as `/arm_0/environment_node`.
    """
    found: dict[str, Any] = {}
    for pattern, section in _sections(text).items():
        if _matches(pattern, node_name):
            found |= dict(flat_parameters((section or {}).get("ros__parameters") or {}))
    return {name: [] if value == [""] else value for name, value in found.items()}


def is_of_ros(name: str) -> bool:
    """Tell whether any node may be given a parameter, though none of ours declares it."""
    return name.startswith(_OF_ROS)


def where_set(node: str) -> str:
    """Return where a person sets the parameters of a node of this name."""
    return f"the section {node} of the params files, or the launch argument that sets it"


def _sections(text: str) -> dict[str, Any]:
    sections: dict[str, Any] = yaml.load(text, Loader=_Loader) or {}  # noqa: S506 - a SafeLoader
    return sections


def _check_spelling(pattern: str, node_name: str, file: Path) -> None:
    """Refuse `learner_nod` for learner_node, and `environment_node` for one in a namespace; the rest is others'."""
    own, given = node_name.rsplit("/", 1)[-1], pattern.rsplit("/", 1)[-1]
    likeness = difflib.SequenceMatcher(None, given, own).ratio()
    misspelt = given != own and (likeness >= _MEANT_LIKENESS or given == own.removesuffix("_node"))
    without_namespace = pattern.strip("/") == own and not _matches(pattern, node_name)
    if misspelt or without_namespace:
        raise ConfigurationError(
            key="a section", value=pattern, allowed=f"this node's is /**/{own}, and nothing reads this", where=str(file)
        )


def _matches(pattern: str, node_name: str) -> bool:
    parts = re.split(r"(/\*\*|/\*)", "/" + pattern.lstrip("/"))
    return re.fullmatch("".join(_NAME.get(part, re.escape(part)) for part in parts), node_name) is not None


def flat_parameters(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the parameters of a `ros__parameters` tree by dotted name."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flat_parameters(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _kind(value: Any) -> str:
    if isinstance(value, str | bool | int | float):
        return type(value).__name__
    return f"list of {_kind(value[0])}" if value else "empty list"


def _assigned(name: str, arguments: Sequence[str]) -> bool:
    return any(word.startswith(f"{name}:=") for word in arguments)
