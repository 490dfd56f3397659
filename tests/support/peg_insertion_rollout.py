"""The environment's control step in process, without ROS: action to target, box, tick."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from user_core.transforms import FloatArray, Pose, add_delta, geodesic_angle, subtract
from user_hardware.simulation.config import CameraConfig, SimulationConfig, simulation_config_type
from user_hardware.simulation.scenes.peg_insertion import PegInsertionScene
from user_hardware.simulation.world import SimulatedWorld, WorldSample

PegSimulationConfig = simulation_config_type(SimulationConfig, "peg_insertion")
SCALE = np.array([0.02, 0.02, 0.02, 0.1, 0.1, 0.1])
BOX_LOW_M, BOX_HIGH_M = np.array([-0.05, -0.05, -0.01]), np.array([0.05, 0.05, 0.10])
WINDOW_RAD = np.array([0.05, 0.05, np.pi / 6])
RAY_CAST = CameraConfig(height=64, width=64, renderer="ray_cast")


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """How an episode went."""

    success: bool
    steps: int
    peak_force_n: float


def clip_to_workspace(pose: Pose, nominal: Pose) -> Pose:
    """Clip a target to the task's box and rotation window."""
    position = nominal.position + np.clip(pose.position - nominal.position, BOX_LOW_M, BOX_HIGH_M)
    turn = np.clip((pose.rotation * nominal.rotation.inv()).as_rotvec(), -WINDOW_RAD, WINDOW_RAD)
    return Pose(position=position, quaternion=(Rotation.from_rotvec(turn) * nominal.rotation).as_quat())


def nominal_target(config: SimulationConfig) -> Pose:
    """Return the tool pose of the inserted peg where the hole nominally is."""
    return PegInsertionScene(config=config.scene).nominal_target  # type: ignore[arg-type]  # a peg scene's own


def step(world: SimulatedWorld, sample: WorldSample, action: FloatArray, *, config: SimulationConfig) -> WorldSample:
    """Execute one action (6,) relative to the measured pose for one tick of 100 ms."""
    target = add_delta(sample.tcp_pose, np.clip(action, -1, 1) * SCALE)
    world.set_target(clip_to_workspace(target, nominal_target(config)))
    return world.advance(0.1)


def is_inserted(sample: WorldSample, target: Pose) -> bool:
    """Tell whether the peg is in, by position and angle."""
    return (
        float(np.linalg.norm(subtract(sample.tcp_pose, target)[:3])) < 0.005
        and geodesic_angle(sample.tcp_pose, target) < 0.1
    )


def run_episode(
    world: SimulatedWorld,
    act: Callable[[Pose, Pose], FloatArray],
    *,
    config: SimulationConfig,
    seed: int,
    max_steps: int = 100,
) -> Rollout:
    """Reset with `seed` and act until the peg has been in for two ticks, or time is over."""
    sample = world.reset(seed)
    held, peak_force_n = 0, 0.0
    for number in range(1, max_steps + 1):
        sample = step(world, sample, act(sample.tcp_pose, world.target_pose), config=config)
        peak_force_n = max(peak_force_n, float(np.linalg.norm(sample.wrench[:3])))
        held = held + 1 if is_inserted(sample, world.target_pose) else 0
        if held == 2:
            return Rollout(success=True, steps=number, peak_force_n=peak_force_n)
    return Rollout(success=False, steps=max_steps, peak_force_n=peak_force_n)
