"""Typed, ranged, described configuration: frozen dataclasses whose fields are the ROS parameters.

A field is made by `parameter(...)`; a field whose type is itself such a dataclass becomes a dotted group.
`build` turns a flat mapping of dotted names into the dataclass and refuses what it does not know.
"""

from __future__ import annotations

import dataclasses
import difflib
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from user_core.errors import ConfigurationError

ConfigT = TypeVar("ConfigT")
_SCALARS = (bool, int, float, str)


@dataclass(frozen=True, kw_only=True)
class ParameterInfo:
    """What is allowed for one parameter, and what it is for."""

    name: str
    type: Any
    default: Any
    description: str
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]


def parameter(
    default: Any,
    description: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declare one field: its default, one sentence, and what is allowed. Tuples are ROS arrays."""
    metadata = {"description": description, "minimum": minimum, "maximum": maximum, "choices": choices}
    return dataclasses.field(default=default, metadata=metadata)


def group(config_type: type[ConfigT]) -> ConfigT:
    """Declare a field that is a group of parameters of its own."""
    return dataclasses.field(default_factory=config_type)


def specialised(config_type: type[ConfigT], **groups: type[Any]) -> type[ConfigT]:
    """Return a configuration like `config_type` in which the named groups are of other types.

    For a part that is chosen by name and has parameters of its own: the name is read first, then the rest is declared.
    """
    fields = [(name, kind, group(kind)) for name, kind in groups.items()]
    made = dataclasses.make_dataclass(config_type.__name__, fields, bases=(config_type,), frozen=True, kw_only=True)
    return typing.cast("type[ConfigT]", made)


def parameters_of(config_type: type[Any], prefix: str = "") -> Iterator[ParameterInfo]:
    """Yield every parameter of a configuration, groups flattened to dotted names."""
    hints = typing.get_type_hints(config_type)
    for item in dataclasses.fields(config_type):
        kind = hints[item.name]
        if dataclasses.is_dataclass(kind):
            yield from parameters_of(typing.cast("type[Any]", kind), f"{prefix}{item.name}.")
            continue
        yield ParameterInfo(
            name=prefix + item.name,
            type=kind,
            default=item.default,
            description=item.metadata["description"],
            minimum=item.metadata["minimum"],
            maximum=item.metadata["maximum"],
            choices=item.metadata["choices"],
        )


def build(config_type: type[ConfigT], values: Mapping[str, Any], *, where: str) -> ConfigT:
    """Build the dataclass from dotted names.

    Args:
        config_type: A frozen dataclass made of `parameter` and `group` fields.
        values: Given values; what is missing takes its default.
        where: What a user should change, for the error: a node's section of the params files.

    Raises:
        ConfigurationError: For an unknown key, a wrong type or a value out of range.
    """
    known = {info.name: info for info in parameters_of(config_type)}
    for key, value in values.items():
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            hint = f", did you mean {close[0]}?" if close else "."
            allowed = f"no such parameter{hint} There are: {', '.join(sorted(known))}"
            raise ConfigurationError(key=key, value=value, allowed=allowed, where=where)
    checked = {name: _checked(info, values.get(name, info.default), where) for name, info in known.items()}
    return _assemble(config_type, checked, "")


def flatten(config: Any) -> dict[str, Any]:
    """Return all values by dotted name; the inverse of `build`."""
    flat: dict[str, Any] = {}
    for item in dataclasses.fields(config):
        value = getattr(config, item.name)
        if dataclasses.is_dataclass(value):
            flat.update({f"{item.name}.{key}": inner for key, inner in flatten(value).items()})
        else:
            flat[item.name] = list(value) if isinstance(value, tuple) else value
    return flat


def _assemble(config_type: type[ConfigT], values: Mapping[str, Any], prefix: str) -> ConfigT:
    hints = typing.get_type_hints(config_type)
    arguments: dict[str, Any] = {}
    for item in dataclasses.fields(typing.cast("Any", config_type)):
        kind = hints[item.name]
        name = prefix + item.name
        is_group = dataclasses.is_dataclass(kind)
        arguments[item.name] = (
            _assemble(typing.cast("type[Any]", kind), values, f"{name}.") if is_group else values[name]
        )
    return config_type(**arguments)


def _checked(info: ParameterInfo, value: Any, where: str) -> Any:
    element = info.type
    is_tuple = typing.get_origin(info.type) is tuple
    if is_tuple:
        element = typing.get_args(info.type)[0]
        if not isinstance(value, list | tuple):
            raise ConfigurationError(key=info.name, value=value, allowed=f"a list of {element.__name__}", where=where)
        return tuple(_checked_element(info, element, item, where) for item in value)
    return _checked_element(info, element, value, where)


def _checked_element(info: ParameterInfo, kind: Any, value: Any, where: str) -> Any:
    if kind not in _SCALARS:
        raise TypeError(f"parameter {info.name} has type {kind}; use bool, int, float, str or a tuple of one")
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not kind:
        raise ConfigurationError(key=info.name, value=value, allowed=f"it must be of type {kind.__name__}", where=where)
    if info.choices and value not in info.choices:
        raise ConfigurationError(key=info.name, value=value, allowed=f"one of {', '.join(info.choices)}", where=where)
    too_small = info.minimum is not None and not value >= info.minimum
    too_large = info.maximum is not None and not value <= info.maximum
    if too_small or too_large:
        low = "-inf" if info.minimum is None else info.minimum
        high = "inf" if info.maximum is None else info.maximum
        raise ConfigurationError(key=info.name, value=value, allowed=f"the range is [{low}, {high}]", where=where)
    return value
