"""Whether the policies of a launch can be had and can serve its tasks, asked before anything starts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from user_bringup.launcher.errors import LaunchArgumentError
from user_core.errors import UserRosError
from user_core.run import RunFolder
from user_hardware.environment.config import EnvironmentConfig
from user_learner.algorithms.pretraining.config import nothing_to_begin_with
from user_learner.config import LearnerNodeConfig
from user_policies.policies.config import PolicyConfig
from user_policies.policies.registry import check_blending, check_common, check_library
from user_policies.serving.config import PolicyNodeConfig


def check_policies(configurations: Sequence[Any]) -> None:
    """Checks what the learner's and the policy nodes' configurations do not say by themselves.

    Args:
        configurations: Of all nodes, from `configurations`.

    Raises:
        LaunchArgumentError: A library is missing, a policy cannot serve all tasks or not join its chunks as it shall,
            or there is nothing to begin with.
    """
    tasks = {config.task.name for config in configurations if isinstance(config, EnvironmentConfig)}
    try:
        for config in configurations:
            if isinstance(config, LearnerNodeConfig | PolicyNodeConfig):
                _check_policy(config.policy, tasks=tasks)
            if isinstance(config, LearnerNodeConfig):
                _check_begin_with(config)
    except UserRosError as error:
        raise LaunchArgumentError(str(error)) from error


def _check_policy(policy: PolicyConfig, *, tasks: set[str]) -> None:
    check_library(policy.name)
    check_blending(policy=policy.name, blending=policy.chunk_blending)
    if policy.embodiment == "common":
        check_common(policy=policy.name, tasks=tasks)


def _check_begin_with(config: LearnerNodeConfig) -> None:
    """Refuse a path that is not there, unless the run goes on: then it begins with nothing."""
    path = config.pretraining.begin_with
    if path and not Path(path).expanduser().exists() and not RunFolder(path=Path(config.run_folder)).has_learned:
        raise nothing_to_begin_with(path)
