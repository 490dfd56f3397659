"""Params files, read as rcl reads them, and those of their values that it would pass over in silence.

For a key written with dots rcl keeps one slot per kind of value, and takes the first that is filled of bool, integer,
float, string, whichever file came last: `a.b: 3` and `a.b: 2.5` in a later file give 3 (measured with Kilted).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from user_core.configuration import flatten
from user_core.errors import ConfigurationError, UserRosError

_MEANT_LIKENESS = 0.85
"""Of two names, as difflib has it; those of two nodes of ours are below .75."""

_NAME = {"/**": r"(/[^/]+)*", "/*": r"/[^/]+"}
_PARAMETERS = "ros__parameters"
_TRUE = ("y", "yes", "true", "on")


class _Loader(yaml.SafeLoader):
    """Reads what rcl reads: 1e-3, -.5 and inf are numbers, y and off truth values, and 1:30, 2026-11-22 and ~ texts.

    Names are texts whatever they look like, and what is written twice is merged (measured with Kilted).
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return a mapping."""
        found: dict[Hashable, Any] = {}
        for key, value in node.value:
            _merge(found, {str(key.value): self.construct_object(value, deep=True)})
        return found


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool",
    re.compile("([yY]|[nN]|yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$"),
    None,
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?(0[0-7]*|[1-9]\d*|0[xX][\da-fA-F]+)$"), None)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?((\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|\.?(inf|Inf|INF)|\.?(nan|NaN|NAN))$"),
    None,
)
_Loader.add_constructor("tag:yaml.org,2002:bool", lambda _, node: node.value.lower() in _TRUE)


class ParamsDumper(yaml.SafeDumper):
    """Writes what ROS and Python's YAML read alike: a text that either takes for something else is in quotes."""


ParamsDumper.yaml_implicit_resolvers = {
    **yaml.SafeDumper.yaml_implicit_resolvers,
    None: _Loader.yaml_implicit_resolvers[None],
}


def given_in_files(arguments: Sequence[str], *, node_name: str) -> dict[str, tuple[Any, Path]]:
    """Return the parameters that params files give a node, by dotted name: the last value of each, and its file.

    Args:
        arguments: The process's, with `--params-file PATH` pairs in the order in which ROS reads them.
        node_name: Fully qualified, as `/arm_0/environment_node`.

    Raises:
        ConfigurationError: For a section that is meant for this node and misspelt, a list of two kinds, and a file that
            is no params file.
        UserRosError: For a file that is no YAML.
        OSError: For one that cannot be read.
    """
    files = [Path(path) for word, path in zip(arguments, arguments[1:], strict=False) if word == "--params-file"]
    last: dict[str, tuple[Any, Path]] = {}
    for file in files:
        for pattern, values in _sections_of(file):
            _check_spelling(pattern, node_name, file)
            if _matches(pattern, node_name):
                last |= {name: (value, file) for name, value in values.items()}
    for name, (value, file) in last.items():
        if isinstance(value, list) and len({type(item) for item in value}) > 1:
            raise ConfigurationError(
                key=name,
                value=value,
                allowed="a list of one kind: ROS reads no list with 1 and 2.5 in it, write 1.0",
                where=str(file),
            )
    return last


def check_params_files(arguments: Sequence[str], *, node_name: str, taken: Mapping[str, Any]) -> None:
    """Check that ROS took the last value that the params files give.

    Args:
        arguments: As of `given_in_files`.
        node_name: As of `given_in_files`.
        taken: What ROS gave the node, by parameter name; what is set on the command line is not looked at.

    Raises:
        ConfigurationError: For the first that is of another kind.
        UserRosError: As `given_in_files`.
    """
    assigned = assigned_parameters(arguments)
    for name, (value, file) in given_in_files(arguments, node_name=node_name).items():
        if name in taken and _kind(value) != _kind(taken[name]) and name not in assigned:
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
    content = {f"/**/{node}": {_PARAMETERS: values}}
    return str(yaml.dump(content, Dumper=ParamsDumper, sort_keys=False, allow_unicode=True))


def params_in_file(path: Path, *, node_name: str) -> dict[str, Any]:
    """Return the parameters that one params file gives a node, by dotted name.

    Args:
        path: Of the file.
        node_name: Fully qualified, as `/arm_0/environment_node`.

    Raises:
        UserRosError: When it is none.
        OSError: When it cannot be read.
    """
    return _of_node(_sections_of(path), node_name)


def params_in(text: str, *, node_name: str) -> dict[str, Any]:
    """Return the same of what `params_text` wrote; of what it wrote before it quoted `y` too."""
    return _of_node(_sections(text, where="the configuration that was announced", loader=yaml.SafeLoader), node_name)


def _of_node(sections: Iterable[tuple[str, Mapping[str, Any]]], node_name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pattern, values in sections:
        if _matches(pattern, node_name):
            found |= values
    return {name: meant(value) for name, value in found.items()}


def meant(value: Any) -> Any:
    """Return what is meant by a value of a params file, which cannot hold an empty list: [''] stands for it."""
    return [] if value == [""] else value


def assigned_parameters(arguments: Sequence[str]) -> dict[str, Any]:
    """Return the parameters that a process is given as `-p name:=value`."""
    flags = ("-p", "--param")
    words = [word for flag, word in zip(arguments, arguments[1:], strict=False) if flag in flags and ":=" in word]
    return {name: yaml.load(value, Loader=_Loader) for name, _, value in (word.partition(":=") for word in words)}


def is_of_ros(name: str) -> bool:
    """Tell whether any node may be given a parameter, though none of ours declares it."""
    return name == "use_sim_time" or name.startswith(("qos_overrides.", "start_type_description_service"))


def where_set(node: str) -> str:
    """Return where a person sets the parameters of a node of this name."""
    return f"the section {node} of the params files, or the launch argument that sets it"


def _sections_of(file: Path) -> list[tuple[str, dict[str, Any]]]:
    try:
        return _sections(file.read_text(encoding="utf-8"), where=str(file))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserRosError(f"The params file {file} is no YAML: {error}") from error


def _sections(text: str, *, where: str, loader: type[yaml.SafeLoader] = _Loader) -> list[tuple[str, dict[str, Any]]]:
    """Return the sections of a params file: for which nodes, and their parameters by dotted name."""
    tree: dict[Hashable, Any] = {}
    for document in yaml.load_all(text, Loader=loader):
        _merge(tree, _mapping(document, key="the file", where=where))
    return list(_nodes(tree, "", where))


def _nodes(tree: Mapping[Any, Any], pattern: str, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, inner in tree.items():
        if name == _PARAMETERS:
            yield pattern, dict(flat_parameters(_mapping(inner, key=f"{pattern}: {_PARAMETERS}", where=where)))
        else:
            below = f"{pattern}/{name}" if pattern else str(name)
            yield from _nodes(_mapping(inner, key=below, where=where), below, where)


def _mapping(value: Any, *, key: str, where: str) -> Mapping[Any, Any]:
    if isinstance(value, Mapping):
        return value
    if value in (None, ""):
        return {}
    raise ConfigurationError(
        key=key, value=value, allowed=f"sections of nodes, as /**/learner_node, with {_PARAMETERS} in each", where=where
    )


def _merge(tree: dict[Hashable, Any], more: Mapping[Any, Any]) -> None:
    for name, value in more.items():
        known = tree.get(name)
        if isinstance(known, dict) and isinstance(value, Mapping):
            _merge(known, value)
        else:
            tree[name] = value


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
