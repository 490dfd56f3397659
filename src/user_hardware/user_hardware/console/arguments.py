"""`operator_console robot:=arm_0 speed:=0.5`: launch's way of naming arguments, as ROS arguments."""

from __future__ import annotations

import re

from user_core.errors import ConfigurationError

_ROBOT = "arm_0"
_NAME = re.compile(r"[A-Za-z_]\w*(/[A-Za-z_]\w*)*", re.ASCII)


def ros_arguments(arguments: list[str]) -> list[str]:
    """Return ROS arguments: `robot` is the namespace, any other name a parameter; what follows --ros-args stays.

    Raises:
        ConfigurationError: For a word that is no name:=value, or a robot that is no namespace.
    """
    end = arguments.index("--ros-args") if "--ros-args" in arguments else len(arguments)
    robot, found = _ROBOT, []
    for word in arguments[:end]:
        name, assigned, value = word.partition(":=")
        if not name or not assigned:
            _refuse("argument", word, "name:=value, such as robot:=arm_0")
        if name == "robot":
            robot = value.strip("/")
        else:
            found += ["-p", word]
    if not _NAME.fullmatch(robot):
        _refuse("robot", robot, "the namespace of an arm, such as arm_0")
    return ["--ros-args", "-r", f"__ns:=/{robot}", *found, *arguments[end + 1 :]]


def _refuse(key: str, value: str, allowed: str) -> None:
    raise ConfigurationError(
        key=key, value=value, allowed=allowed, where="the command line: ./user run operator_console robot:=NAME"
    )
