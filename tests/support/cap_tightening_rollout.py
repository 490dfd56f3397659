"""The environment's control step in process, without ROS, with the numbers of config/tasks/cap_tightening.yaml."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from user_core.configuration import build
from user_core.transforms import FloatArray, Pose
from user_hardware.environment.action import ActionMapping
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.environment.guard import Guard
from user_hardware.simulation.config import SimulationConfig, simulation_config_type
from user_hardware.simulation.panda import FINGER_TRAVEL_M
from user_hardware.simulation.world import SimulatedWorld, WorldSample
from user_hardware.teleop.expert import ExpertView
from user_hardware.teleop.experts.cap_tightening import CapTighteningExpertConfig

TASK_FILE = Path(__file__).parents[2] / "src/user_bringup/config/tasks/cap_tightening.yaml"
_SECTIONS = yaml.safe_load(TASK_FILE.read_text())


def section(node: str) -> dict[str, Any]:
    """Return the parameters of one node in the task's file."""
    values: dict[str, Any] = _SECTIONS[f"/**/{node}"]["ros__parameters"]
    return values


ENVIRONMENT = build(EnvironmentConfig, section("environment_node"), where="the test")
SIMULATION = build(
    simulation_config_type(SimulationConfig, "cap_tightening"),
    section("simulation_node") | {"cameras.renderer": "ray_cast"},
    where="the test",
)
EXPERT = build(
    CapTighteningExpertConfig,
    {
        key.removeprefix("expert."): value
        for key, value in section("operator_node").items()
        if key.startswith("expert.")
    },
    where="the test",
)


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """How an episode went."""

    success: bool
    steps: int
    peak_force_n: float
    ways_left_m: tuple[float, ...] = ()


class Arm:
    """Guard, action axes and gripper of the environment about one world."""

    def __init__(self, world: SimulatedWorld) -> None:
        self.world = world
        spec = ENVIRONMENT.build_spec(robot="arm_0")
        self._mapping = ActionMapping(spec)
        self._guard = Guard(
            config=ENVIRONMENT.guard,
            leash_m=spec.leash_m,
            leash_rad=spec.leash_rad,
            nominal_target=spec.nominal_target,
        )

    def reset(self, seed: int) -> WorldSample:
        """Begin an episode."""
        self.sample = self.world.reset(seed)
        self._commanded: Pose = self.sample.tcp_pose
        self._opening = ENVIRONMENT.reset.gripper
        return self.sample

    def step(self, twist: FloatArray, opening: float | None = None) -> WorldSample:
        """Execute what a person's device says, for one tick."""
        action = self._mapping.from_twist(twist, opening, self._opening)
        measured = self.sample.tcp_pose
        reference = self._mapping.reference(measured=measured, commanded=self._commanded)
        target = self._mapping.target(action, reference)
        self._commanded = self._guard.limit(target, measured=measured, previous=self._commanded).pose
        self._opening = self._mapping.opening(action) or 0.0
        self.world.set_target(self._commanded)
        self.world.set_gripper(self._opening * 2 * FINGER_TRAVEL_M)
        self.sample = self.world.advance(ENVIRONMENT.period_s)
        return self.sample

    @property
    def view(self) -> ExpertView:
        """What a person sees now."""
        return ExpertView(
            tcp_pose=self.sample.tcp_pose,
            gripper_width_m=self.sample.gripper_width_m,
            target_pose=self.world.target_pose,
            state=self.world.task_state,
        )


def run_episode(
    arm: Arm, act: Callable[[ExpertView], Any], *, seed: int, disturb: Callable[[int], Any] = lambda number: None
) -> Rollout:
    """Reset with `seed` and act until the task is done or time is over; `disturb` may act instead at a step."""
    arm.reset(seed)
    held, peak_force_n = 0, 0.0
    steps = ENVIRONMENT.task.max_episode_steps
    for number in range(1, steps + 1):
        action = disturb(number) or act(arm.view)
        sample = arm.step(np.asarray(action.twist), action.opening)
        peak_force_n = max(peak_force_n, float(np.linalg.norm(sample.wrench[:3])))
        held = held + 1 if arm.world.task_state.success else 0
        if held == ENVIRONMENT.reward.hold_ticks:
            return Rollout(success=True, steps=number, peak_force_n=peak_force_n)
    return Rollout(success=False, steps=steps, peak_force_n=peak_force_n)
