"""Puts the environment of one arm together from its configuration; no ROS, so that tests and benchmarks can."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from user_core.interfaces import Camera, Gripper, Robot, Stamped
from user_core.spec import EnvironmentSpec
from user_core.transforms import Pose
from user_core.types import RewardEstimate, TaskState
from user_hardware.cameras.realsense import IMAGE_TYPE
from user_hardware.cameras.registry import CAMERAS
from user_hardware.environment.action import ActionMapping
from user_hardware.environment.answer_delay import AnswerDelay
from user_hardware.environment.arbiter import Arbiter
from user_hardware.environment.budget import StepBudget
from user_hardware.environment.clock import ControlClock
from user_hardware.environment.commander import Commander
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.environment.goal import EpisodeSchedule
from user_hardware.environment.gripper_axis import GripperAxis
from user_hardware.environment.gripper_watch import GripperWatch
from user_hardware.environment.guard import Guard
from user_hardware.environment.health import StreamHealth
from user_hardware.environment.hold import PublisherWatch
from user_hardware.environment.holding import Holding
from user_hardware.environment.judge import Judge
from user_hardware.environment.lockstep import LockstepDriver
from user_hardware.environment.loop import ControlLoop
from user_hardware.environment.loop_parts import LoopParts
from user_hardware.environment.observation import ObservationBuilder
from user_hardware.environment.operator_gate import OperatorGate
from user_hardware.environment.person import Person
from user_hardware.environment.real_time import RealTimeDriver
from user_hardware.environment.resetting import Resetting
from user_hardware.environment.sensors import TASK_STATE, TASK_STATE_TYPE, Sensors
from user_hardware.environment.simulation_link import SimulationCalls, SimulationLink
from user_hardware.environment.verdict import VerdictDesk
from user_hardware.environment.watch import Watch
from user_hardware.environment.workbench import EnvironmentOutput, Workbench
from user_hardware.grippers.finger_state import JOINT_STATE_TYPE
from user_hardware.grippers.registry import GRIPPERS, NO_GRIPPER
from user_hardware.rewards.registry import REWARDS, RULE
from user_hardware.robots.crisp import POSE_TYPE, TWIST_TYPE, WRENCH_TYPE
from user_hardware.robots.registry import ROBOTS
from user_hardware.teleop.flood import FloodGuard
from user_hardware.teleop.registry import TELEOP_DEVICES


@dataclass(frozen=True, kw_only=True, eq=False)
class Adapters:
    """The drivers of one arm, by name where there may be several."""

    robot: Robot
    gripper: Gripper | None
    cameras: dict[str, Camera]
    devices: dict[str, FloodGuard]


@dataclass(frozen=True, kw_only=True, eq=False)
class Surroundings:
    """What the environment is given by whoever runs it.

    Attributes:
        output: Where observations and records go.
        calls: Sends requests to the simulation.
        task_target: Returns the newest true target, or None.
        task_state: Returns the newest ground truth, or None.
        reward_estimate: Returns the newest estimate of reward_node, or None.
        stamp_ns: Wall time for stamps.
        monotonic_s: The machine's monotonic clock.
    """

    output: EnvironmentOutput
    calls: SimulationCalls
    task_target: Callable[[], Stamped[Pose] | None]
    stamp_ns: Callable[[], int]
    task_state: Callable[[], Stamped[TaskState] | None] = lambda: None
    reward_estimate: Callable[[], Stamped[RewardEstimate] | None] = lambda: None
    monotonic_s: Callable[[], float] = time.monotonic


@dataclass(frozen=True, kw_only=True, eq=False)
class Environment:
    """All that a node has to know."""

    config: EnvironmentConfig
    spec: EnvironmentSpec
    clock: ControlClock
    adapters: Adapters
    loop: ControlLoop
    gripper: GripperWatch
    person: Person
    schedule: EpisodeSchedule
    budget: StepBudget
    publishers: PublisherWatch
    link: SimulationLink | None
    lockstep: LockstepDriver | None
    real_time: RealTimeDriver | None


def make_clock(config: EnvironmentConfig, monotonic_s: Callable[[], float] = time.monotonic) -> ControlClock:
    """Return the clock that adapters and loop share."""
    return ControlClock(
        period_s=config.period_s, real_time_factor=config.simulation.real_time_factor, monotonic_s=monotonic_s
    )


def make_adapters(config: EnvironmentConfig, clock: ControlClock) -> Adapters:
    """Make the adapters that the configuration names, not yet connected. Raises UnknownNameError."""
    gripper: Gripper | None = None
    if config.gripper.driver != NO_GRIPPER:
        gripper = GRIPPERS.resolve(config.gripper.driver)(config=config.gripper, now_s=clock.now_s)
    return Adapters(
        robot=ROBOTS.resolve(config.robot)(topics=config.topics, now_s=clock.now_s),
        gripper=gripper,
        cameras={
            camera.name: CAMERAS.resolve(config.cameras.driver)(
                spec=camera, topic=config.cameras.topic.format(camera=camera.name), now_s=clock.now_s
            )
            for camera in config.cameras.specs()
        },
        devices={
            device: FloodGuard(
                device=TELEOP_DEVICES.resolve(device)(config=config.teleop, now_s=clock.now_s),
                name=device,
                most_hz=config.teleop.max_rate_hz,
                rest_s=config.teleop.flood_rest_s,
                wall_s=clock.wall_s,
            )
            for device in config.teleop.device_names
        },
    )


def assemble(
    *,
    config: EnvironmentConfig,
    spec: EnvironmentSpec,
    clock: ControlClock,
    adapters: Adapters,
    surroundings: Surroundings,
) -> Environment:
    """Put everything together; the loop begins in HOLD."""
    sensors = Sensors(
        spec=spec,
        robot=adapters.robot,
        gripper=adapters.gripper,
        cameras=adapters.cameras,
        task_target=surroundings.task_target,
        task_state=surroundings.task_state,
        judged_by_state=config.reward.name == RULE,
        now_s=clock.now_s,
    )
    guard = Guard(
        config=config.guard, leash_m=spec.leash_m, leash_rad=spec.leash_rad, nominal_target=spec.nominal_target
    )
    commander = Commander(
        robot=adapters.robot,
        gripper=adapters.gripper,
        guard=guard,
        pose_age_s=config.guard.pose_age_s,
        now_s=clock.now_s,
        stamp_ns=surroundings.stamp_ns,
    )
    builder = ObservationBuilder(spec=spec, required=sensors.observed, frame_id=config.topics.base_frame)
    publishers = PublisherWatch(
        topic=config.topics.target_pose, patience_s=config.timing.publisher_patience_s, started_s=clock.wall_s()
    )
    health = StreamHealth(
        config=config.streams,
        pose_age_s=config.guard.pose_age_s,
        spec=spec,
        topics={name: stream_topics(config)[name] for name in sensors.required},
    )
    link: SimulationLink | None = None
    if config.simulation.enabled:
        link = SimulationLink(
            config=config.simulation,
            calls=surroundings.calls,
            sensors=sensors,
            clock=clock,
            resend_target=commander.resend,
        )
    gates = {
        name: OperatorGate(device=device, silence_s=config.simulation.operator_silence_s)
        for name, device in adapters.devices.items()
        if config.lockstep
    }
    gripper = GripperWatch(
        gripper=adapters.gripper, config=config.gripper, max_age_s=config.streams.max_age_s, now_s=clock.now_s
    )
    mapping = ActionMapping(spec)
    arbiter = Arbiter(config=config.arbiter, gripper_axis=mapping.gripper_axis)
    watch = Watch(
        health=health,
        publishers=publishers,
        guard=guard,
        config=config.guard,
        builder=builder,
        wrench_topic=stream_topics(config)["wrench"],
    )
    bench = Workbench(
        config=config,
        builder=builder,
        mapping=mapping,
        commander=commander,
        arbiter=arbiter,
        gripper=GripperAxis(config=config.gripper, axis=mapping.gripper_axis, commander=commander),
        judge=Judge(
            reward=REWARDS.resolve(config.reward.name)(config=config.reward, nominal_target=spec.nominal_target),
            config=config.reward,
            estimate=surroundings.reward_estimate,
            wall_s=clock.wall_s,
        ),
        output=surroundings.output,
        clock=clock,
        answer_delay=AnswerDelay(tick_period_s=config.tick_period_s),
        stamp_ns=surroundings.stamp_ns,
    )
    schedule = EpisodeSchedule(
        seed=config.seed,
        robot=spec.robot,
        training=config.training,
        deterministic_share=config.deterministic_share,
    )
    budget = StepBudget(requires=config.requires, lockstep=config.lockstep, max_steps=config.max_environment_steps)
    person = Person(
        devices=adapters.devices,
        config=config.teleop,
        has_gripper=mapping.gripper_axis is not None,
        opening=lambda: commander.opening,
        gripper_fresh=lambda: gripper.fresh,
        is_present=lambda name: gates[name].present if name in gates else True,
    )
    loop = ControlLoop(
        bench=bench,
        parts=LoopParts(
            spec=spec,
            sensors=sensors,
            watch=watch,
            gripper=gripper,
            holding=Holding(config=config, arbiter=arbiter, commander=commander, watch=watch),
            resetting=Resetting(
                config=config,
                spec=spec,
                required=sensors.required,
                commander=commander,
                clock=clock,
                link=link,
                gripper=gripper,
            ),
            person=person,
            schedule=schedule,
            budget=budget,
            verdicts=VerdictDesk(schedule=schedule),
        ),
    )
    lockstep: LockstepDriver | None = None
    real_time: RealTimeDriver | None = None
    if config.lockstep and link is not None:
        lockstep = LockstepDriver(
            loop=loop,
            link=link,
            gates=gates,
            budget=budget,
            commander=commander,
            sensors=sensors,
            clock=clock,
            source=lambda: surroundings.output.source,
        )
    else:
        deadline_s = config.tick_period_s * config.timing.deadline_fraction
        real_time = RealTimeDriver(loop=loop, clock=clock, period_s=config.tick_period_s, deadline_s=deadline_s)
    return Environment(
        config=config,
        spec=spec,
        clock=clock,
        adapters=adapters,
        loop=loop,
        gripper=gripper,
        person=person,
        schedule=schedule,
        budget=budget,
        publishers=publishers,
        link=link,
        lockstep=lockstep,
        real_time=real_time,
    )


def stream_topics(config: EnvironmentConfig) -> dict[str, str]:
    """Return for each stream its topic and type, for people."""
    return {stream: f"{topic} ({type_name})" for stream, (topic, type_name) in stream_sources(config).items()}


def stream_sources(config: EnvironmentConfig) -> dict[str, tuple[str, str]]:
    """Return for each stream its topic, relative to the arm's namespace, and the type of its messages."""
    topics = config.topics
    streams = {
        "current_pose": (topics.current_pose, POSE_TYPE),
        "current_twist": (topics.current_twist, TWIST_TYPE),
        "wrench": (topics.wrench, WRENCH_TYPE),
        "gripper": (config.gripper.state_topic, JOINT_STATE_TYPE),
        "task_target": (topics.task_target, POSE_TYPE),
        TASK_STATE: (topics.task_state, TASK_STATE_TYPE),
    }
    return streams | {name: (config.cameras.topic.format(camera=name), IMAGE_TYPE) for name in config.cameras.names}
