"""Any task in process, without ROS: its own params file, its scene, its expert, and the environment's action path.

What `config/tasks/<task>.yaml` says is what is used, so that these rollouts and the real graph have one truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import yaml

from user_core.configuration import build, specialised
from user_core.interfaces import RewardInput
from user_core.transforms import Pose
from user_core.types import Mode, Observation, RewardSignal, StateArray
from user_hardware.environment.action import ActionMapping
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.environment.guard import Guard
from user_hardware.rewards.registry import REWARDS
from user_hardware.simulation.config import SimulationConfig, simulation_config_type
from user_hardware.simulation.world import SimulatedWorld, WorldSample
from user_hardware.teleop.expert import Expert, ExpertAction, ExpertView
from user_hardware.teleop.experts.registry import EXPERTS
from user_hardware.teleop.scripted_operator import ScriptedOperatorConfig

_TASKS = Path(__file__).parents[2] / "src/user_bringup/config/tasks"
_MAX_WIDTH_M = 0.08
_UNSEEN = Observation(
    stamp_ns=0,
    source="",
    spec_digest="",
    episode="",
    step=0,
    mode=Mode.COLLECT,
    deterministic=False,
    state=np.zeros(0, np.float32),
)
"""What the rewards that need no classifier do not look at."""
ConfigT = TypeVar("ConfigT")


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """How an episode went; beyond the wrench limit it is a failure."""

    success: bool
    failure: bool
    steps: int
    peak_force_n: float


def task_config(task: str, node: str, config_type: type[ConfigT], **values: Any) -> ConfigT:  # noqa: ANN401 - any parameter
    """Return a node's section of a task's params file; `values` override it, with __ for the dots of their names."""
    sections: Mapping[str, Any] = yaml.safe_load((_TASKS / f"{task}.yaml").read_text())
    given = dict(sections[f"/**/{node}"]["ros__parameters"])
    given.update({name.replace("__", "."): value for name, value in values.items()})
    return build(config_type, given, where=f"config/tasks/{task}.yaml")


def make_expert(task: str, **values: Any) -> Expert:  # noqa: ANN401 - any parameter
    """Return the task's expert as its params file wants it."""
    expert_type = EXPERTS.resolve(task)
    config_type = specialised(ScriptedOperatorConfig, expert=expert_type.config_type)
    expert: Expert = expert_type(config=task_config(task, "operator_node", config_type, **values).expert)
    return expert


class TaskBench:
    """One world of a task with the action path of its environment; episodes begin with `reset`.

    Attributes:
        config: The environment's.
        world: The simulated world.
        sample: What it showed last.
        reward: What the task's reward said of the last step; None before the first.
    """

    def __init__(self, task: str, **world_values: Any) -> None:  # noqa: ANN401 - any parameter
        """Build world, mapping, guard and reward; `world_values` as in `task_config`."""
        values = {"cameras__renderer": "ray_cast", **world_values}
        config_type = simulation_config_type(SimulationConfig, task)
        self.config = task_config(task, "environment_node", EnvironmentConfig)
        self.world = SimulatedWorld(config=task_config(task, "simulation_node", config_type, **values))
        self.sample: WorldSample
        self.reward: RewardSignal | None = None
        self._task = task
        spec = self.config.build_spec(robot="arm_0")
        nominal, self._mapping = spec.nominal_target, ActionMapping(spec)
        self._guard = Guard(
            config=self.config.guard, leash_m=spec.leash_m, leash_rad=spec.leash_rad, nominal_target=nominal
        )
        self._rule = REWARDS.resolve(self.config.reward.name)(config=self.config.reward, nominal_target=nominal)
        self._commanded: Pose
        self._opening = 0.0
        self._steps = 0

    def reset(self, seed: int) -> ExpertView:
        """Begin an episode with the gripper as the task's reset wants it; return what there is to see."""
        self.sample = self.world.reset(seed)
        self._commanded = self.sample.tcp_pose
        self._opening = self.config.reset.gripper
        self._steps = 0
        self._rule.reset()
        self.reward = None
        return self.view()

    def view(self) -> ExpertView:
        """Return what a person sees now."""
        return ExpertView(
            tcp_pose=self.sample.tcp_pose,
            gripper_width_m=self.sample.gripper_width_m,
            target_pose=self.world.target_pose,
            state=self.world.task_state,
        )

    def place(self, body: str, pose: Pose) -> None:
        """Put a loose body somewhere else in the middle of an episode, at rest, and let it settle for a tick."""
        model, data = self.world._model, self.world._data  # noqa: SLF001 - no driver can do this
        joint = data.joint(model.body(body).jntadr[0])
        joint.qpos[:] = [*pose.position, *np.roll(pose.quaternion, 1)]
        joint.qvel[:] = 0.0
        self.sample = self.world.advance(self.config.period_s)

    def step(self, action: ExpertAction) -> RewardSignal:
        """Do for one tick what a person does at the device."""
        mapping, measured = self._mapping, self.sample.tcp_pose
        values = mapping.from_twist(action.twist, action.opening, self._opening)
        target = mapping.target(values, mapping.reference(measured=measured, commanded=self._commanded))
        self._commanded = self._guard.limit(target, measured=measured, previous=self._commanded).pose
        self._opening = self._asked_opening(values)
        self.world.set_target(self._commanded)
        self.world.set_gripper(self._opening * _MAX_WIDTH_M)
        self.sample = self.world.advance(self.config.period_s)
        self._steps += 1
        self.reward = self._rule(
            RewardInput(
                observation=_UNSEEN,
                tcp_pose=self.sample.tcp_pose,
                target_pose=self.world.target_pose,
                step=self._steps,
                task_state=self.world.task_state,
            )
        )
        return self.reward

    def _asked_opening(self, action: StateArray) -> float:
        """Return the opening that an action leaves commanded; a person's change is never held back."""
        axis, gripper = self._mapping.gripper_axis, self.config.gripper
        if axis is None:
            return self._opening
        if gripper.mode == "continuous":
            return float(action[axis] + 1) / 2
        return self._opening if abs(action[axis]) <= gripper.threshold else float(action[axis] > 0)

    def run(self, expert: Expert, *, seed: int) -> Rollout:
        """Let an expert do an episode from its reset to success, failure or the step limit."""
        expert.reset(seed)
        self.reset(seed)
        return self.go_on(expert)

    def go_on(self, expert: Expert) -> Rollout:
        """Let an expert go on from where things are."""
        forces_n: list[float] = []
        for _ in range(self.config.task.max_episode_steps):
            reward = self.step(expert.act(self.view()))
            forces_n.append(float(np.linalg.norm(self.sample.wrench[:3])))
            crashed = self._guard.exceeds_wrench_limit(self.sample.wrench)
            if reward.success or reward.failure or crashed:
                break
        return Rollout(
            success=reward.success and not crashed,
            failure=reward.failure or crashed,
            steps=len(forces_n),
            peak_force_n=max(forces_n),
        )
