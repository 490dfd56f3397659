"""How the environment of a recording is, or is taken to be, configured: from the bag itself, or from params files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from user_bringup.convert.bag_index import BagIndex
from user_bringup.launcher.ament_index import package_share
from user_core.configuration import build, flatten
from user_core.errors import ConfigurationError
from user_core.ros.params_files import params_in, params_in_file
from user_core.ros.raw import decode_message
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.recording.topics import CONFIGURATION

_WHERE = "the params files of convert's arguments --task, --robot, --policy and --config"


@dataclass(frozen=True, kw_only=True)
class SettingsArguments:
    """Which params files apply.

    Attributes:
        task: Name of a file in config/tasks; "" = what the bag says.
        robot: Name of a file in config/robots.
        policy: Name of a file in config/policies: cameras and state that its learner wants.
        files: The user's own, read after all others.
    """

    task: str
    robot: str
    policy: str
    files: Sequence[Path]


def recorded_settings(index: BagIndex, *, arm: str) -> list[EnvironmentConfig]:
    """Return the configurations that the environment announced, oldest first."""
    topic = f"/{arm}/{CONFIGURATION}".replace("//", "/")
    texts = [decode_message("std_msgs/msg/String", payload).data for payload in index.payloads(topic)]
    return [_build(params_in(text, node_name=_node(arm))) for text in texts]


def with_files(recorded: EnvironmentConfig | None, arguments: SettingsArguments, *, arm: str) -> EnvironmentConfig:
    """Return the configuration to convert with.

    Args:
        recorded: What the bag says; None when it says nothing, or is not to be asked.
        arguments: Of the command line.
        arm: Namespace of the arm, without slashes.

    Raises:
        ConfigurationError: When there is neither, a file is missing, or a value is not allowed.
    """
    values: dict[str, object] = {}
    if recorded is not None and not arguments.task:
        values = flatten(recorded)
        files = list(arguments.files)
    elif arguments.task:
        files = [*_shipped(arguments), *arguments.files]
    else:
        raise ConfigurationError(
            key="--task",
            value="",
            allowed="the name of a task: the bag does not say how its environment was configured",
            where="the command line of convert",
        )
    for file in files:
        try:
            values |= params_in_file(file, node_name=_node(arm))
        except OSError as error:
            raise ConfigurationError(
                key="a params file", value=str(file), allowed=f"a file that exists ({error.strerror})", where=_WHERE
            ) from error
    return _build(values)


def _shipped(arguments: SettingsArguments) -> list[Path]:
    folder = package_share("user_bringup", os.environ) / "config"
    names = {"policies": arguments.policy, "tasks": arguments.task, "robots": arguments.robot}
    return [folder / "common.yaml", *(folder / kind / f"{name}.yaml" for kind, name in names.items())]


def _build(values: dict[str, object]) -> EnvironmentConfig:
    return build(EnvironmentConfig, values, where=_WHERE)


def _node(arm: str) -> str:
    return f"/{arm}/environment_node".replace("//", "/")
