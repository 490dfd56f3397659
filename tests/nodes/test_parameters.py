"""A real node takes its declared parameters and refuses the rest, whatever way they came."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from rclpy.context import Context
from rclpy.node import Node
from rclpy.parameter import Parameter

from user_core.configuration import group, parameter
from user_core.errors import ConfigurationError
from user_core.ros.parameters import declare_config
from user_core.ros.params_files import params_in_file


@dataclass(frozen=True, kw_only=True)
class Limits:
    speed_m_s: float = parameter(0.5, "Fastest motion.", minimum=0.0, maximum=1.0)


@dataclass(frozen=True, kw_only=True)
class Config:
    run: str = parameter("", "Run folder.")
    robots: tuple[str, ...] = parameter((), "Namespaces.")
    box_m: tuple[float, ...] = parameter((0.1, 0.2), "Half widths.")
    limits: Limits = group(Limits)


def declared(context: Context, overrides: list[str]) -> tuple[Node, Config]:
    arguments = ["--ros-args", *overrides]
    node = Node("example", context=context, cli_args=arguments, automatically_declare_parameters_from_overrides=True)
    return node, declare_config(node, Config, arguments)


def test_values_come_from_params_files_and_the_command_line_in_order(context: Context, tmp_path: Path) -> None:
    params = tmp_path / "params.yaml"
    params.write_text(
        "/**/example:\n  ros__parameters:\n    limits.speed_m_s: 1\n    robots: [arm_0, arm_1]\n    run: from_file\n"
    )
    _, config = declared(context, ["--params-file", str(params), "-p", "run:=from_line"])
    assert config == Config(run="from_line", robots=("arm_0", "arm_1"), limits=Limits(speed_m_s=1.0))


def test_every_parameter_is_visible_described_and_read_only(context: Context) -> None:
    node, _ = declared(context, ["-p", "limits.speed_m_s:=0.25"])
    assert node.get_parameter("limits.speed_m_s").value == 0.25
    assert list(node.get_parameter("box_m").value) == [0.1, 0.2]
    descriptor = node.describe_parameter("limits.speed_m_s")
    assert descriptor.description == "Fastest motion."
    assert descriptor.floating_point_range[0].to_value == 1.0
    assert not node.set_parameters([Parameter("limits.speed_m_s", value=0.3)])[0].successful


@pytest.mark.parametrize("override", ["speed:=1.0", "limits.speed_m_s:=2.0", "robots:=arm_0", "run:=3"])
def test_a_key_or_value_that_is_not_allowed_stops_the_node(context: Context, override: str) -> None:
    with pytest.raises(ConfigurationError, match=override.partition(":=")[0]):
        declared(context, ["-p", override])


@pytest.mark.parametrize(("earlier", "later"), [("1", "many"), ("1", "0.5"), ("true", "1")])
def test_a_value_that_ros_would_pass_over_for_an_earlier_one_is_an_error(
    context: Context, tmp_path: Path, earlier: str, later: str
) -> None:
    files = [tmp_path / "earlier.yaml", tmp_path / "later.yaml"]
    for file, value in zip(files, (earlier, later), strict=True):
        file.write_text(f"/**/example:\n  ros__parameters:\n    limits.speed_m_s: {value}\n")
    words = [word for file in files for word in ("--params-file", str(file))]
    with pytest.raises(ConfigurationError, match=r"limits\.speed_m_s = .*later\.yaml"):
        declared(context, words)


@pytest.mark.parametrize("section", ["/**/exampel", "/**/exampl", "/arm_0/exampl", "exampel"])
def test_a_section_that_is_meant_for_the_node_and_misspelt_is_an_error(
    context: Context, tmp_path: Path, section: str
) -> None:
    params = tmp_path / "params.yaml"
    params.write_text(f"{section}:\n  ros__parameters:\n    limits.speed_m_s: 0.9\n")
    with pytest.raises(ConfigurationError, match=f"{re.escape(section)}.*/\\*\\*/example"):
        declared(context, ["--params-file", str(params)])


def test_a_section_without_the_nodes_namespace_is_an_error(context: Context, tmp_path: Path) -> None:
    params = tmp_path / "params.yaml"
    params.write_text("example:\n  ros__parameters:\n    limits.speed_m_s: 0.9\n")
    with pytest.raises(ConfigurationError, match=r"/\*\*/example"):
        declared(context, ["-r", "__ns:=/arm_0", "--params-file", str(params)])


@pytest.mark.parametrize("section", ["/**/camera_node", "/arm_1/example", "/**"])
def test_other_nodes_sections_are_left_alone(context: Context, tmp_path: Path, section: str) -> None:
    params = tmp_path / "params.yaml"
    params.write_text(f"{section}:\n  ros__parameters:\n    limits.speed_m_s: 0.9\n")
    declared(context, ["--params-file", str(params)])


def test_a_number_may_be_whole_in_a_later_file(context: Context, tmp_path: Path) -> None:
    files = [tmp_path / "earlier.yaml", tmp_path / "later.yaml"]
    for file, value in zip(files, ("0.5", "1"), strict=True):
        file.write_text(f"/**:\n  ros__parameters:\n    limits.speed_m_s: {value}\n    robots: [arm_{value}]\n")
    _, config = declared(context, [word for file in files for word in ("--params-file", str(file))])
    assert config.limits.speed_m_s == 1.0


SCALARS = (
    *("-.5", "+.5", "-.5e-3", "1e3", "1E-3", "1.", "09", "010", "0x1F", "+5", "-0", "inf", "-inf", ".inf", "-.INF"),
    *("nan", ".NaN", "y", "N", "yes", "On", "OFF", "True", "tRUE", "1:30", "1_000", "0b11", "2026-11-22", "null", "~"),
    *("=", "<<", "1e", "e5", "0x", "08:15", "1.2.3", "'1'", '"true"', "[-.5, 1.0]", "[1, 2]", "[y, no]", "[a, b]"),
)


def test_a_params_file_is_read_as_ros_reads_it(context: Context, tmp_path: Path) -> None:
    lines = [f"    p{number}: {scalar}" for number, scalar in enumerate(SCALARS)]
    text = "\n".join(["/**/example:", "  ros__parameters:", *lines, "/**: {example: {ros__parameters: {on: 3}}}", ""])
    (tmp_path / "params.yaml").write_text(text)
    arguments = ["--ros-args", "--params-file", str(tmp_path / "params.yaml")]
    node = Node("example", context=context, cli_args=arguments, automatically_declare_parameters_from_overrides=True)
    given = {
        name: one.value for name, one in node.get_parameters_by_prefix("").items() if name in ("on",) or name[0] == "p"
    }
    taken = {
        name: value if isinstance(value, bool | int | float | str) else list(value) for name, value in given.items()
    }
    read = params_in_file(tmp_path / "params.yaml", node_name="/example")
    assert repr(dict(sorted(read.items()))) == repr(dict(sorted(taken.items())))
