"""The configurations that our nodes will have, made before anything starts: what they would refuse is refused here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from user_bringup.evaluation.config import ProgressConfig
from user_bringup.launcher.errors import LaunchArgumentError
from user_bringup.launcher.node_parameters import node_parameters
from user_bringup.launcher.process_description import ProcessDescription
from user_core.configuration import build
from user_core.errors import UserRosError
from user_core.ros.params_files import where_set
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.recording.config import RecorderConfig
from user_hardware.simulation.config import simulation_config_type
from user_hardware.simulation.node_config import SimulationNodeConfig
from user_hardware.teleop.operator_config import OperatorNodeConfig, operator_config_type
from user_learner.config import LearnerNodeConfig, learner_config_type
from user_learner.replay.keeper_config import KeeperConfig
from user_policies.reward.config import RewardNodeConfig
from user_policies.serving.config import PolicyNodeConfig

_CONFIG_TYPES: Mapping[str, Callable[[Mapping[str, Any]], type[Any]]] = {
    "user_hardware/environment_node": lambda _: EnvironmentConfig,
    "user_learner/learner_node": lambda values: learner_config_type(
        str(values.get("algorithm", LearnerNodeConfig.algorithm))
    ),
    "user_hardware/operator_node": lambda values: operator_config_type(
        str(values.get("task", OperatorNodeConfig.task))
    ),
    "user_policies/policy_node": lambda _: PolicyNodeConfig,
    "user_bringup/progress": lambda _: ProgressConfig,
    "user_hardware/recorder_node": lambda _: RecorderConfig,
    "user_learner/replay_node": lambda _: KeeperConfig,
    "user_policies/reward_node": lambda _: RewardNodeConfig,
    "user_hardware/simulation_node": lambda values: simulation_config_type(
        SimulationNodeConfig, str(values.get("task", SimulationNodeConfig.task))
    ),
}
"""By executable; some depend on a parameter."""


def configurations(processes: Iterable[ProcessDescription]) -> list[Any]:
    """Returns the configuration of each process that is a node of ours; none of them needs torch for it.

    Raises:
        LaunchArgumentError: A params file is none, or a node would refuse what it is given.
    """
    try:
        return [
            build(_CONFIG_TYPES[executable](values), values, where=where_set(node))
            for executable, node, values in node_parameters(processes, _CONFIG_TYPES)
        ]
    except UserRosError as error:
        raise LaunchArgumentError(str(error)) from error
