"""The console's command line."""

from __future__ import annotations

import pytest

from user_core.errors import ConfigurationError
from user_hardware.console.arguments import ros_arguments


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], ["--ros-args", "-r", "__ns:=/arm_0"]),
        (["robot:=/left/arm"], ["--ros-args", "-r", "__ns:=/left/arm"]),
        (["speed:=0.5", "robot:=arm_1"], ["--ros-args", "-r", "__ns:=/arm_1", "-p", "speed:=0.5"]),
        (
            ["--ros-args", "--log-level", "debug"],
            ["--ros-args", "-r", "__ns:=/arm_0", "--log-level", "debug"],
        ),
    ],
)
def test_the_robot_is_a_namespace_and_the_rest_are_parameters(given: list[str], expected: list[str]) -> None:
    assert ros_arguments(given) == expected


@pytest.mark.parametrize("word", ["arm_1", "robot:=", "robot:=2 arms", ":=3", "robot:=a;b"])
def test_a_wrong_argument_is_refused_with_an_example(word: str) -> None:
    with pytest.raises(ConfigurationError, match="arm_0"):
        ros_arguments([word])
