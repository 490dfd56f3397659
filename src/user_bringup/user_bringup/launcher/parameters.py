"""The parameters of a node: ``<param>`` tags in order as ``--params-file`` arguments."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import yaml

from user_bringup.launcher.context import LaunchContext
from user_bringup.launcher.document import Element
from user_bringup.launcher.errors import LaunchFileError
from user_bringup.launcher.substitutions import attribute, substitute, truth

ParameterValue = bool | int | float | str | list[bool] | list[int] | list[float] | list[str]

_SCALARS = {"str": str, "int": int, "float": float, "bool": bool}
_TYPES = (*_SCALARS, *(f"list_of_{name}s" for name in _SCALARS))


class ParameterFileWriter:
    """Writes the parameters that a launch file gives inline into files, as ROS 2's launch does.

    Args:
        folder: Where the files go; it has to exist as long as a node may be started again.
    """

    def __init__(self, *, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def arguments(self, node: Element, context: LaunchContext, *, node_name: str) -> Iterator[str]:
        """Gives ``--params-file FILE`` for each ``<param>`` of a node, in document order.

        Args:
            node: The node's element.
            context: The state at the node.
            node_name: Fully qualified name, ``/namespace/name``, or ``/**`` where a part of it is not known.

        Raises:
            LaunchFileError: A ``<param>`` is incomplete, names no file, or has a value that is no parameter.
        """
        for parameter in node.children_of("param"):
            yield "--params-file"
            if "from" in parameter.attributes:
                yield str(self._file(parameter, context))
            else:
                name, value = _inline_parameter(parameter, context)
                # As JSON, which YAML reads too: each text is in quotes, and none is taken for a number.
                content = {node_name: {"ros__parameters": {name: value}}}
                yield str(self._write(json.dumps(content, ensure_ascii=False)))

    def _file(self, parameter: Element, context: LaunchContext) -> Path:
        if set(parameter.attributes) - {"from", "allow_substs"}:
            raise LaunchFileError(parameter.where, "<param from=…> has only 'allow_substs' beside it.")
        path = Path(attribute(parameter, "from", context))
        if not path.is_file():
            raise LaunchFileError(parameter.where, f"the params file {path} does not exist.")
        substitutes = attribute(parameter, "allow_substs", context, default="false")
        if not truth(substitutes, what="the attribute 'allow_substs'", where=parameter.where):
            return path
        return self._write(substitute(path.read_text(encoding="utf-8"), context, where=str(path)))

    def _write(self, text: str) -> Path:
        path = self._folder / f"parameters_{next(self._numbers)}.yaml"
        path.write_text(text, encoding="utf-8")
        return path


def _inline_parameter(parameter: Element, context: LaunchContext) -> tuple[str, ParameterValue]:
    if not {"name", "value"} <= parameter.attributes.keys() or "allow_substs" in parameter.attributes:
        raise LaunchFileError(parameter.where, "<param> needs either 'name' and 'value', or 'from'.")
    name = attribute(parameter, "name", context)
    written = parameter.attributes["value"]
    if written.startswith("[") and "$(" in written:
        raise LaunchFileError(
            parameter.where,
            f"{written} is a list for ros2 launch before it is substituted; put all of it into a <let>.",
        )
    text = attribute(parameter, "value", context)
    type_name = attribute(parameter, "type", context)
    what = f"parameter {name!r} with the value {text!r}"
    if type_name not in ("", *_TYPES):
        raise LaunchFileError(parameter.where, f"{what} has the type {type_name!r}; allowed: {', '.join(_TYPES)}.")
    if type_name == "str":
        return name, text
    value = _typed_value(text, where=parameter.where, what=what)
    if type_name == "float" and type(value) is int:
        value = float(value)
    if type_name and not _is_of_type(value, type_name):
        raise LaunchFileError(parameter.where, f"{what} is no {type_name}.")
    return name, value


def _typed_value(text: str, *, where: str, what: str) -> ParameterValue:
    try:
        value = yaml.safe_load(text) if text else ""
    except yaml.YAMLError as error:
        raise LaunchFileError(where, f'{what} is no YAML; for a text write type="str".') from error
    items = value if isinstance(value, list) else [value]
    kinds = {type(item) for item in items}
    if len(kinds) != 1 or not kinds <= set(_SCALARS.values()):
        raise LaunchFileError(
            where, f"{what} is neither one truth value, number or text, nor a list of one kind of them."
        )
    return value


def _is_of_type(value: ParameterValue, type_name: str) -> bool:
    if type_name in _SCALARS:
        return type(value) is _SCALARS[type_name]
    item_type = _SCALARS[type_name.removeprefix("list_of_").removesuffix("s")]
    return isinstance(value, list) and all(type(item) is item_type for item in value)
