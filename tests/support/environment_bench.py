"""A whole environment without ROS: real loop, real guard and arbiter, fake drivers, a clock that the test moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from user_core.configuration import build
from user_core.interfaces import Stamped
from user_core.testing.drivers import FakeCamera, FakeGripper, FakeRobot, FakeTeleop
from user_core.transforms import FloatArray, Pose, add_delta
from user_core.types import ActionChunk, EpisodeSummary, Observation, RewardEstimate, StateArray, StepTrace, Transition
from user_hardware.environment.assembly import Adapters, Environment, Surroundings, assemble, make_clock
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.environment.simulation_link import AdvanceRequest, SimulationReply, WorldResetRequest
from user_hardware.teleop.flood import FloodGuard

SOURCE = "source-uuid"
REAL_ARM: Mapping[str, Any] = {
    "robot": "franka",
    "requires": [],
    "cameras.names": ["wrist"],
    "cameras.height": 8,
    "cameras.width": 8,
    "reset.still_ticks": 2,
}
LOCKSTEP: Mapping[str, Any] = {
    **REAL_ARM,
    "robot": "simulation",
    "resume": "automatic",
    "reset.method": "world",
    "simulation.enabled": True,
    "simulation.real_time_factor": 0.0,
}


CONTACT: FloatArray = np.array([0.0, 0.0, 100.0, 0.0, 0.0, 0.0])
"""A wrench N, N·m beyond the limit."""


class WatchedRobot(FakeRobot):
    """Counts the error recoveries asked of its driver: a reflex is a person's to clear, at the driver."""

    recoveries = 0

    def recover(self) -> None:
        self.recoveries += 1


class CollectedOutput:
    """Keeps what the environment says."""

    def __init__(self) -> None:
        self.source = SOURCE
        self.full = ""
        self.observations: list[Observation] = []
        self.records: list[Transition] = []
        self.traces: list[StepTrace] = []
        self.summaries: list[EpisodeSummary] = []

    def obstacle(self, steps: int) -> str:
        return self.full

    def publish(self, observation: Observation) -> None:
        self.observations.append(observation)

    def store(self, record: Transition, trace: StepTrace) -> None:
        self.traces.append(trace)
        self.records.append(replace(record, source_sequence=len(self.records)))

    def close(self, summary: EpisodeSummary) -> None:
        self.summaries.append(summary)


class Bench:
    """An environment, its fakes, and wall time that passes only by `pass_time`."""

    def __init__(self, overrides: Mapping[str, Any] | None = None, *, base: Mapping[str, Any] = REAL_ARM) -> None:
        values = {**base, **(overrides or {})}
        self.config = build(EnvironmentConfig, values, where="the test")
        self.spec = self.config.build_spec(robot="arm_0")
        self.wall_s = 100.0
        self.stamp_ns = 1_000_000
        clock = make_clock(self.config, lambda: self.wall_s)
        self.clock = clock
        start = add_delta(self.spec.nominal_target, np.array([0.0, 0.0, 0.05, 0.0, 0.0, 0.0]))
        self.robot = WatchedRobot(pose=start, now_s=clock.now_s)
        self.gripper = FakeGripper(now_s=clock.now_s)
        self.cameras = {name: FakeCamera(height=8, width=8, now_s=clock.now_s) for name in self.config.cameras.names}
        self.device = FakeTeleop(now_s=clock.now_s)
        guarded = FloodGuard(device=self.device, name="device", most_hz=1e6, rest_s=5.0, wall_s=clock.wall_s)
        self.target: Pose | None = self.spec.nominal_target
        self.target_stamp_ns = 0
        self.estimate: Stamped[RewardEstimate] | None = None
        self.output = CollectedOutput()
        self.advances: list[AdvanceRequest] = []
        self.resets: list[WorldResetRequest] = []
        self.calls: list[AdvanceRequest | WorldResetRequest] = []
        self.environment: Environment = assemble(
            config=self.config,
            spec=self.spec,
            clock=clock,
            adapters=Adapters(
                robot=self.robot,
                gripper=self.gripper,
                cameras=dict(self.cameras),
                devices={"device": guarded} if self.config.teleop.device_names else {},
            ),
            surroundings=Surroundings(
                output=self.output,
                calls=self,
                task_target=self._task_target,
                reward_estimate=lambda: self.estimate,
                stamp_ns=self._next_stamp,
                monotonic_s=lambda: self.wall_s,
            ),
        )
        self.loop = self.environment.loop
        self.environment.publishers.on_count(1, now_s=self.wall_s)

    # SimulationCalls: the test answers by `reply_*`.
    def advance(self, request: AdvanceRequest) -> None:
        self.advances.append(request)
        self.calls.append(request)

    def reset(self, request: WorldResetRequest) -> None:
        self.resets.append(request)
        self.calls.append(request)

    def reply(
        self, request: AdvanceRequest | WorldResetRequest, *, simulation: str = "sim", accepted: bool = True
    ) -> None:
        """Answer a call and deliver every stream with the reply's stamp."""
        assert self.environment.link is not None
        stamp_ns = self._next_stamp()
        if isinstance(request, WorldResetRequest):
            self.target_stamp_ns = stamp_ns
        else:
            self.robot.settle()
        answer = SimulationReply(stamp_ns=stamp_ns, simulation=simulation, accepted=accepted)
        self.environment.link.on_reply(request, answer)
        self.deliver(stamp_ns=stamp_ns)

    def deliver(self, *, stamp_ns: int | None = None) -> None:
        """Let every stream deliver a sample of now."""
        self.robot.deliver(stamp_ns=stamp_ns)
        self.gripper.deliver(stamp_ns=stamp_ns)
        for camera in self.cameras.values():
            camera.deliver(stamp_ns=stamp_ns)

    def feel(self, wrench: FloatArray) -> None:
        """Let a wrench (6,) N, N·m arrive, and the loop look at it."""
        self.robot.wrench = wrench
        self.robot.deliver()
        self.loop.on_wrench()

    def pass_time(self, seconds: float) -> None:
        self.wall_s += seconds

    def tick(self, *, deliver: bool = True) -> None:
        """Let one control period of real time pass, the arm arrive and the streams deliver; then tick."""
        assert self.environment.real_time is not None
        self.pass_time(self.config.period_s)
        self.robot.settle()
        if deliver:
            self.deliver()
        self.environment.real_time.on_tick()

    def ticks(self, count: int) -> None:
        for _ in range(count):
            self.tick()

    def start_episode(self) -> None:
        """Resume and tick until the first observation is out."""
        self.deliver()
        self.tick()
        assert self.loop.resume() == ""
        for _ in range(100):
            if self.loop.attempt is not None:
                return
            self.tick()
        raise AssertionError(f"no episode began: {self.loop.state} {self.loop.prompt}")

    def chunk(
        self, values: StateArray | None = None, *, step: int | None = None, version: str = "1.1", **fields: Any
    ) -> ActionChunk:
        """Return an answer to the newest observation."""
        observation = self.output.observations[-1]
        given_values = np.zeros((1, self.spec.action_dim), np.float32) if values is None else values
        given: dict[str, Any] = {
            "source": SOURCE,
            "spec_digest": self.spec.digest,
            "episode": observation.episode,
            "first_step": observation.step if step is None else step,
            "values": given_values if given_values.ndim == 2 else given_values[None],
            "policy_version": version,
        }
        return ActionChunk(**{**given, **fields})

    def answer(self, values: StateArray | None = None, **fields: Any) -> None:
        """Answer the newest observation as a policy would."""
        self._pass_on(self.chunk(values, **fields))

    def _pass_on(self, chunk: ActionChunk) -> None:
        if self.environment.real_time is not None:
            self.environment.real_time.on_answer(chunk)
        else:
            assert self.environment.lockstep is not None
            self.loop.answer(chunk)
            self.environment.lockstep.pump()

    def refuse(self, reason: str) -> None:
        """Answer that there is no answer."""
        self._pass_on(self.chunk(values=np.zeros((0, 0), np.float32), reason=reason))

    def estimates(self, probability: float, *, step: int | None = None, reason: str = "") -> None:
        """Judge the newest observation as reward_node would."""
        observation = self.output.observations[-1]
        value = RewardEstimate(
            source=SOURCE,
            episode=observation.episode,
            step=observation.step if step is None else step,
            probability=probability,
            threshold=0.8,
            reason=reason,
        )
        self.estimate = Stamped(value=value, stamp_ns=0, received_s=self.clock.now_s())
        if self.environment.real_time is not None:
            self.environment.real_time.on_estimate()
        elif self.environment.lockstep is not None:
            self.environment.lockstep.pump()

    def step(self, values: StateArray | None = None) -> None:
        """Answer, then tick."""
        self.answer(values)
        self.tick()

    def _task_target(self) -> Stamped[Pose] | None:
        if self.target is None:
            return None
        return Stamped(value=self.target, stamp_ns=self.target_stamp_ns, received_s=0.0)

    def _next_stamp(self) -> int:
        self.stamp_ns += 1000
        return self.stamp_ns


def action(**axes: float) -> StateArray:
    """Return a (6,) action with the named axes set."""
    names = ("x", "y", "z", "rx", "ry", "rz")
    return np.array([axes.get(name, 0.0) for name in names], np.float32)
