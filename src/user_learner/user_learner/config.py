"""What can be set about the learner node."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from user_core.configuration import group, parameter
from user_core.errors import ConfigurationError
from user_learner.algorithms.config import UpdateConfig
from user_learner.algorithms.pretraining.config import PretrainingConfig
from user_learner.algorithms.registry import algorithm_entry, check_encoder, check_pair
from user_learner.replay.config import MemoryConfig
from user_learner.replay.limiter import PipelineConfig
from user_policies.policies.config import DEVICES, PolicyConfig

WHERE = "the section learner_node of the params files, or the launch argument that sets it"


@dataclass(frozen=True, kw_only=True)
class FollowConfig:
    """How the log is read."""

    max_bytes: int = parameter(2_000_000, "bytes of records asked for at once", minimum=10_000, maximum=64_000_000)
    timeout_s: float = parameter(2.0, "seconds after which a request counts as lost", minimum=0.1, maximum=60.0)
    idle_s: float = parameter(0.03, "seconds between requests when all is read", minimum=0.001, maximum=5.0)
    backlog_records: int = parameter(
        500, "records that may wait for the learner's thread before reading pauses", minimum=1, maximum=1_000_000
    )


@dataclass(frozen=True, kw_only=True)
class CheckpointConfig:
    """What is kept for a restart."""

    every_updates: int = parameter(2000, "updates between checkpoints", minimum=1)
    keep_newest: int = parameter(3, "checkpoints kept beside the best evaluated", minimum=1, maximum=1000)
    best_after_episodes: int = parameter(
        10, "episodes of an evaluation before its success rate can make a checkpoint the best", minimum=1
    )


@dataclass(frozen=True, kw_only=True)
class MonitorConfig:
    """What TensorBoard gets."""

    every_updates: int = parameter(100, "updates that one point of a curve is averaged over", minimum=1)
    strip_every_episodes: int = parameter(20, "training episodes between film strips", minimum=1)


@dataclass(frozen=True, kw_only=True)
class LearnerNodeConfig:
    """Parameters of learner_node that do not depend on the algorithm."""

    run_folder: str = parameter("", "folder of the run: checkpoints, TensorBoard events, spilled frames")
    algorithm: str = parameter("rlpd", "algorithm by registry name")
    demonstrations: str = parameter("", 'folder of a rosbag2 bag with demonstrations; "" = none but those in the log')
    seed: int = parameter(0, "of networks, noise and sampling", minimum=0)
    device: str = parameter("auto", "where updates are computed; auto takes CUDA when it is there", choices=DEVICES)
    torch_threads: int = parameter(1, "threads of torch, one per core that the learner has", minimum=1, maximum=256)
    niceness: int = parameter(10, "priority given away to the control loop", minimum=0, maximum=19)
    broadcast_every_updates: int = parameter(
        32, "updates between two versions of the weights; 1 and 8 were unstable in the reference", minimum=1
    )
    follow: FollowConfig = group(FollowConfig)
    checkpoint: CheckpointConfig = group(CheckpointConfig)
    monitor: MonitorConfig = group(MonitorConfig)
    policy: PolicyConfig = group(PolicyConfig)
    memory: MemoryConfig = group(MemoryConfig)
    pretraining: PretrainingConfig = group(PretrainingConfig)
    pipeline: PipelineConfig = group(PipelineConfig)
    hyperparameters: UpdateConfig = group(UpdateConfig)

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        if not self.run_folder:
            raise ConfigurationError(key="run_folder", value="", allowed="a folder, such as runs/trial", where=WHERE)
        check_pair(algorithm=self.algorithm, policy=self.policy.name)
        check_encoder(
            policy=self.policy.name, encoder=self.policy.encoder, begins_trained=self.pretraining.begins_trained
        )


def learner_config_type(algorithm: str) -> type[LearnerNodeConfig]:
    """Return LearnerNodeConfig with the hyperparameters of an algorithm; raises UnknownNameError with the choices."""
    hyperparameters = algorithm_entry(algorithm).config_type
    return dataclasses.make_dataclass(
        "LearnerNodeConfig",
        [("hyperparameters", hyperparameters, group(hyperparameters))],
        bases=(LearnerNodeConfig,),
        frozen=True,
        kw_only=True,
    )
