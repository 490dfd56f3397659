"""What teach_pose is told: which robot and task, and the parameters that they have so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from user_bringup.launcher.ament_index import package_share
from user_bringup.launcher.arguments import parse_arguments
from user_core.configuration import build
from user_core.errors import ConfigurationError
from user_hardware.environment.config import EnvironmentConfig

DEFAULTS = {"robot": "franka", "task": "peg_insertion", "name": "arm_0", "station": ""}
_WHERE = "the command line of teach_pose"
_SECTION = "/**/environment_node"


def teaching_arguments(words: Sequence[str]) -> dict[str, str]:
    """Return robot, task, name and station from `name:=value` words.

    Raises:
        LaunchError: For a word that is no name:=value.
        ConfigurationError: For another name.
    """
    given = parse_arguments(list(words))
    for name in given:
        if name not in DEFAULTS:
            raise ConfigurationError(key="argument", value=name, allowed=", ".join(DEFAULTS), where=_WHERE)
    return {**DEFAULTS, **given}


def task_parameters(*, robot: str, task: str, environment: Mapping[str, str]) -> EnvironmentConfig:
    """Return the environment's parameters of a task on a robot, as the launch files layer them.

    Raises:
        ConfigurationError: For a robot or a task that there is not.
    """
    folder = package_share("user_bringup", environment) / "config"
    values: dict[str, Any] = {}
    for key, kind, name in (("task", "tasks", task), ("robot", "robots", robot)):
        path = folder / kind / f"{name}.yaml"
        if not path.is_file():
            choices = ", ".join(sorted(found.stem for found in path.parent.glob("*.yaml")))
            raise ConfigurationError(key=key, value=name, allowed=choices, where=_WHERE)
        section = (yaml.safe_load(path.read_text()) or {}).get(_SECTION) or {}
        values |= section.get("ros__parameters") or {}
    return build(EnvironmentConfig, values, where=f"{folder}/tasks/{task}.yaml")
