"""ROS parameters of a node, read once into one frozen dataclass."""

from __future__ import annotations

import sys
import typing
from collections.abc import Sequence
from typing import Any, TypeVar

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.node import Node
from rclpy.parameter import Parameter

from user_core.configuration import ParameterInfo, build, flatten, parameters_of
from user_core.ros.params_files import check_params_files, is_of_ros, meant, where_set

ConfigT = TypeVar("ConfigT")


def declare_config(node: Node, config_type: type[ConfigT], arguments: Sequence[str] | None = None) -> ConfigT:
    """Declare every field of `config_type` as a read-only parameter and return the checked values.

    An empty list is written [''] in a params file, since ROS has no type for []. The node must have been made with
    `automatically_declare_parameters_from_overrides=True`, so that keys of the params files that nothing reads are seen
    and refused.

    Args:
        node: Not yet spinning.
        config_type: A dataclass of `user_core.configuration`.
        arguments: Where the params files are named; the process's own unless given.

    Raises:
        ConfigurationError: For an unknown key, a wrong type, a value out of range, or one that ROS passed over.
    """
    given = {
        name: value.value
        for name, value in node.get_parameters_by_prefix("").items()
        if value.value is not None and not is_of_ros(name)
    }
    files_in = sys.argv if arguments is None else arguments
    check_params_files(files_in, node_name=node.get_fully_qualified_name(), taken=given)
    plain = {name: _plain(value) for name, value in given.items()}
    config = build(config_type, plain, where=where_set(node.get_name()))
    values = flatten(config)
    for info in parameters_of(config_type):
        if info.name in given:
            node.undeclare_parameter(info.name)
        value = values[info.name]
        kind = _array_type(info) if isinstance(value, list) else None
        parameter_value = Parameter(info.name, kind, value).value if kind is not None and value else value
        node.declare_parameter(info.name, parameter_value, _descriptor(info), ignore_override=True)
    return config


def given_name(node: Node, name: str, *, default: str) -> str:
    """Return a parameter that decides which other parameters there are, before `declare_config`."""
    value = node.get_parameters_by_prefix("").get(name)
    return str(value.value) if value is not None and value.value is not None else default


def _plain(value: Any) -> Any:
    """Turn arrays into lists."""
    return value if isinstance(value, str | bool | int | float) else meant(list(value))


def _array_type(info: ParameterInfo) -> Parameter.Type:
    element = typing.get_args(info.type)[0]
    return {
        bool: Parameter.Type.BOOL_ARRAY,
        int: Parameter.Type.INTEGER_ARRAY,
        float: Parameter.Type.DOUBLE_ARRAY,
        str: Parameter.Type.STRING_ARRAY,
    }[element]


def _descriptor(info: ParameterInfo) -> ParameterDescriptor:
    constraints = f"one of {', '.join(info.choices)}" if info.choices else ""
    descriptor = ParameterDescriptor(
        description=info.description, read_only=True, additional_constraints=constraints, dynamic_typing=True
    )
    if info.minimum is not None or info.maximum is not None:
        if info.type is float:
            low = -1e308 if info.minimum is None else float(info.minimum)
            high = 1e308 if info.maximum is None else float(info.maximum)
            descriptor.floating_point_range = [FloatingPointRange(from_value=low, to_value=high)]
        elif info.type is int:
            low_int = -(2**63) if info.minimum is None else int(info.minimum)
            high_int = 2**63 - 1 if info.maximum is None else int(info.maximum)
            descriptor.integer_range = [IntegerRange(from_value=low_int, to_value=high_int)]
    return descriptor
