"""Whether what is to be started knows its policy and has its library, asked before anything starts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from user_bringup.launcher.errors import LaunchArgumentError
from user_bringup.launcher.node_parameters import node_parameters
from user_bringup.launcher.process_description import ProcessDescription
from user_core.configuration import build, group
from user_core.errors import UserRosError
from user_core.run import RunFolder
from user_learner.algorithms.pretraining.config import PretrainingConfig, nothing_to_begin_with
from user_learner.algorithms.registry import check_encoder, check_pair
from user_policies.policies.config import PolicyConfig
from user_policies.policies.registry import check_blending, check_common, check_library

_LEARNER = "learner_node"
_POLICY = "policy_node"
_ENVIRONMENT = "environment_node"
_CHECKED = ("policy.", "pretraining.")


def check_learning_pairs(processes: Iterable[ProcessDescription]) -> None:
    """Checks policy, and algorithm, of every policy node and learner, as their params files give them.

    Raises:
        LaunchArgumentError: One of them does not exist, they do not go together, a library is missing, the policy
            cannot serve all tasks or has a setting that is not allowed, or there is nothing to begin with.
    """
    known = list(processes)
    for node, values in node_parameters(known, (_LEARNER, _POLICY)):
        if "policy.name" not in values or (node == _LEARNER and "algorithm" not in values):
            continue  # The node has defaults, and checks them itself.
        try:
            policy = str(values["policy.name"])
            check_library(policy)
            check_blending(policy=policy, blending=str(values.get("policy.chunk_blending", "none")))
            if values.get("policy.embodiment") == "common":
                check_common(policy=policy, tasks=_tasks(known))
            if node == _LEARNER:
                check_pair(algorithm=str(values["algorithm"]), policy=policy)
            given = {name: value for name, value in values.items() if name.startswith(_CHECKED)}
            settings = build(_Settings, given, where=f"the section {node} of the params files")
            if node == _LEARNER:
                check_encoder(
                    policy=policy, encoder=settings.policy.encoder, begins_trained=settings.pretraining.begins_trained
                )
                _check_begin_with(settings.pretraining.begin_with, run=RunFolder(path=Path(str(values["run_folder"]))))
        except UserRosError as error:
            raise LaunchArgumentError(str(error)) from error


@dataclass(frozen=True, kw_only=True)
class _Settings:
    policy: PolicyConfig = group(PolicyConfig)
    pretraining: PretrainingConfig = group(PretrainingConfig)


def _check_begin_with(path: str, *, run: RunFolder) -> None:
    """Refuse a path that is not there, unless the run goes on: then it begins with nothing."""
    if path and not Path(path).expanduser().exists() and not run.has_learned:
        raise nothing_to_begin_with(path)


def _tasks(processes: Iterable[ProcessDescription]) -> set[str]:
    environments = node_parameters(processes, (_ENVIRONMENT,))
    return {str(values["task.name"]) for _, values in environments if "task.name" in values}
