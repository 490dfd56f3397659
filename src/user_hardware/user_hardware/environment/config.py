"""Everything that can be set about one environment; the parameters of environment_node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from user_core.configuration import group, parameter
from user_core.errors import ConfigurationError
from user_core.spec import EnvironmentSpec
from user_core.transforms import Pose
from user_hardware.environment.safety_config import ArbiterConfig, GuardConfig, ResetConfig
from user_hardware.environment.streams_config import (
    CamerasConfig,
    GripperConfig,
    StreamsConfig,
    TopicsConfig,
)
from user_hardware.environment.task_config import TASK_FILE, ActionConfig, StateConfig, TaskConfig
from user_hardware.rewards.config import RewardConfig
from user_hardware.teleop.config import TeleopConfig


@dataclass(frozen=True, kw_only=True)
class TimingConfig:
    """Deadlines of control (robot seconds) and patience with other processes (wall seconds)."""

    deadline_fraction: float = parameter(
        0.8, "part of the period within which an action must arrive", minimum=0.05, maximum=0.95
    )
    attended_pause_s: float = parameter(
        60.0, "a longer pause ends in HOLD, since people may have come near", minimum=1.0
    )
    policy_patience_s: float = parameter(
        10.0, "how long an episode waits for a policy version that was asked for by name", minimum=0.1
    )
    publisher_patience_s: float = parameter(
        25.0, "how long a killed predecessor may still show as a publisher of target_pose", minimum=0.0
    )
    real_time_priority: int = parameter(
        0,
        "SCHED_FIFO priority of the node where the kernel allows it; 0 or lockstep = an ordinary process",
        minimum=0,
        maximum=99,
    )


@dataclass(frozen=True, kw_only=True)
class SimulationLinkConfig:
    """Whether the arm is simulated, and how its time passes."""

    enabled: bool = parameter(False, "the drivers are simulation_node: episodes begin with ResetWorld")
    real_time_factor: float = parameter(
        1.0, "robot seconds per wall second; 0 = lockstep, as fast as it goes", minimum=0.0, maximum=100.0
    )
    resend_s: float = parameter(2.0, "wall seconds without an answer after which a call is sent anew", minimum=0.05)
    give_up_s: float = parameter(10.0, "wall seconds without an answer that end the episode", minimum=0.1)
    operator_silence_s: float = parameter(
        2.0, "lockstep: wall seconds without an operator's answer that mean it has let go", minimum=0.05
    )


@dataclass(frozen=True, kw_only=True)
class OutboxConfig:
    """The file that keeps what the log has not acknowledged."""

    limit_mb: float = parameter(512.0, "an episode starts only if its records fit below this", minimum=1.0)
    resend_mb_per_tick: float = parameter(2.0, "most that is sent again in one tick", minimum=0.01)


@dataclass(frozen=True, kw_only=True)
class EnvironmentConfig:
    """All parameters of one environment."""

    robot: str = parameter("simulation", "arm adapter: simulation or franka")
    run_folder: str = parameter("", "folder of the run: the outbox lies in it; empty = ./runs/unnamed")
    seed: int = parameter(0, "seed of training resets and of the choice of deterministic episodes", minimum=0)
    training: bool = parameter(True, "run training episodes whenever no RunEpisodes goal is in progress")
    max_environment_steps: int = parameter(
        0, "training steps of the run after which no training episode begins; 0 = no limit", minimum=0
    )
    deterministic_share: float = parameter(
        0.0, "share of the training episodes run without exploration", minimum=0.0, maximum=1.0
    )
    requires: tuple[str, ...] = parameter(
        ("replay", "learner"),
        "whom an episode waits for at the start, learner for training alone: replay, learner are heard, and recorder "
        "hears this arm",
        choices=("replay", "learner", "recorder"),
    )
    resume: str = parameter(
        "manual",
        "after a start, a fault or a long pause: wait for a person, or go on once the cause is gone",
        choices=("manual", "automatic"),
    )
    task: TaskConfig = group(TaskConfig)
    state: StateConfig = group(StateConfig)
    action: ActionConfig = group(ActionConfig)
    guard: GuardConfig = group(GuardConfig)
    arbiter: ArbiterConfig = group(ArbiterConfig)
    reset: ResetConfig = group(ResetConfig)
    reward: RewardConfig = group(RewardConfig)
    timing: TimingConfig = group(TimingConfig)
    simulation: SimulationLinkConfig = group(SimulationLinkConfig)
    topics: TopicsConfig = group(TopicsConfig)
    streams: StreamsConfig = group(StreamsConfig)
    cameras: CamerasConfig = group(CamerasConfig)
    gripper: GripperConfig = group(GripperConfig)
    teleop: TeleopConfig = group(TeleopConfig)
    outbox: OutboxConfig = group(OutboxConfig)

    def __post_init__(self) -> None:
        """Refuse combinations that could not work."""
        if self.reset.method == "world" and not self.simulation.enabled:
            _refuse("reset.method", "world", "legs, unless simulation.enabled is true")
        if self.simulation.real_time_factor != 1 and not self.simulation.enabled:
            factor = self.simulation.real_time_factor
            _refuse("simulation.real_time_factor", factor, "1, unless simulation.enabled is true")
        if self.resume == "automatic" and not self.simulation.enabled:
            _refuse("resume", "automatic", "manual: only a simulated arm may start to move with nobody asking")
        for device in self.teleop.device_names:
            self.teleop.buttons_of(device, has_gripper=self.has_gripper_axis)
        if self.has_gripper_axis and self.gripper.driver == "none":
            _refuse("gripper.driver", "none", "a gripper's, since action.names has a gripper axis")
        if self.gripper_mode == "binary" and self.reset.gripper not in (0.0, 1.0):
            _refuse("reset.gripper", self.reset.gripper, "0 or 1, unless gripper.mode is continuous")

    @property
    def period_s(self) -> float:
        """Control period in robot seconds."""
        return 1.0 / self.task.control_rate_hz

    @property
    def tick_period_s(self) -> float:
        """Wall seconds between ticks; 0 in lockstep."""
        return 0.0 if self.lockstep else self.period_s / self.simulation.real_time_factor

    @property
    def has_gripper_axis(self) -> bool:
        """Whether actions command the gripper."""
        return "gripper" in self.action.names

    @property
    def gripper_mode(self) -> str:
        """What the gripper axis of an action means, or "" without one."""
        return self.gripper.mode if self.has_gripper_axis else ""

    @property
    def lockstep(self) -> bool:
        """Whether the simulation waits for every command."""
        return self.simulation.real_time_factor == 0

    def build_spec(self, *, robot: str) -> EnvironmentSpec:
        """Return the contract with policies, replay and learners for the arm in namespace `robot`."""
        return EnvironmentSpec(
            robot=robot,
            task=self.task.name,
            instruction=self.task.instruction,
            state_groups=self.state.build_groups(),
            action_names=self.action.names,
            action_scale=self.action.scale(),
            gripper_mode=self.gripper_mode,
            reference=self.action.reference,
            leash_m=self.action.leash_m,
            leash_rad=self.action.leash_rad,
            nominal_target=Pose.of(np.asarray(self.task.nominal_target)),
            cameras=self.cameras.specs(),
            control_rate_hz=self.task.control_rate_hz,
            max_episode_steps=self.task.max_episode_steps,
        )


def _refuse(key: str, value: object, allowed: str) -> None:
    raise ConfigurationError(key=key, value=value, allowed=allowed, where=TASK_FILE)
