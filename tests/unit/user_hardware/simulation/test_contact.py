"""Peg against board: contact is real, bounded, and felt with the drivers' sign."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.peg_insertion_rollout import PegSimulationConfig
from user_core.transforms import Pose, subtract
from user_hardware.simulation.config import ImpedanceConfig, RandomisationConfig
from user_hardware.simulation.scenes.peg_insertion import PegInsertionConfig
from user_hardware.simulation.world import SimulatedWorld, WorldSample

FIXED_HOLE = PegInsertionConfig(hole_xy_m=0.0)
FIXED = RandomisationConfig(start_xy_m=0.0, start_z_m=0.0, start_yaw_rad=0.0)
CONFIG = PegSimulationConfig(scene=FIXED_HOLE, randomisation=FIXED)
DEPTH_M = FIXED_HOLE.insertion_depth_m


def moved(pose: Pose, *, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Pose:
    return Pose(position=pose.position + np.array([x, y, z]), quaternion=pose.quaternion)


@pytest.fixture
def world() -> SimulatedWorld:
    world = SimulatedWorld(config=CONFIG)
    world.reset(0)
    return world


def press_on_rim(world: SimulatedWorld) -> WorldSample:
    """Lower the peg 10 mm beside the hole, then ask for much more."""
    beside = moved(world.target_pose, x=0.01)
    for height in np.arange(0.06, DEPTH_M, -0.002):
        world.set_target(moved(beside, z=height))
        world.advance(0.1)
    world.set_target(moved(beside, z=-0.1))
    return world.advance(2.0)


def test_the_rim_stops_the_peg(world: SimulatedWorld) -> None:
    sample = press_on_rim(world)
    assert subtract(sample.tcp_pose, world.target_pose)[2] == pytest.approx(DEPTH_M, abs=5e-4)


def test_pressing_down_is_a_negative_force_of_the_arm_on_its_environment(world: SimulatedWorld) -> None:
    before = world.reset(0).wrench
    sample = press_on_rim(world)
    assert abs(before[2]) < 0.1
    assert sample.wrench[2] < -3.0
    assert np.linalg.norm(sample.wrench[:2]) < 1.0


def test_reference_limiting_bounds_the_pressing_force(world: SimulatedWorld) -> None:
    limit = CONFIG.impedance.stiffness_n_m[2] * CONFIG.impedance.error_clip_m
    assert press_on_rim(world).wrench[2] == pytest.approx(-limit, rel=0.1)


def test_a_tighter_clip_presses_less() -> None:
    impedance = ImpedanceConfig(error_clip_m=0.004)
    gentle = SimulatedWorld(config=PegSimulationConfig(scene=FIXED_HOLE, randomisation=FIXED, impedance=impedance))
    gentle.reset(0)
    assert press_on_rim(gentle).wrench[2] == pytest.approx(-2.4, rel=0.1)


def test_an_aligned_peg_goes_in_and_is_held_by_the_walls(world: SimulatedWorld) -> None:
    for height in np.arange(0.06, -0.001, -0.004):
        world.set_target(moved(world.target_pose, z=height))
        world.advance(0.1)
    inside = world.advance(1.0)
    assert np.linalg.norm(subtract(inside.tcp_pose, world.target_pose)[:3]) < 0.001
    world.set_target(moved(world.target_pose, x=0.05))
    pushed = world.advance(2.0)
    clearance = (FIXED_HOLE.hole_width_m - FIXED_HOLE.peg_width_m) / 2
    assert subtract(pushed.tcp_pose, world.target_pose)[0] < clearance + 5e-4 + 1e-3
    assert pushed.wrench[0] > 5.0, "pushing along +x is a positive force of the arm on the wall"


def test_torque_is_about_the_tcp(world: SimulatedWorld) -> None:
    """The tip is peg_reach below the TCP: a wall that pushes the tip by -f along x turns the tool about y."""
    for height in np.arange(0.06, 0.015, -0.004):
        world.set_target(moved(world.target_pose, z=height))
        world.advance(0.1)
    world.set_target(moved(world.target_pose, x=0.05, z=0.015))
    wrench = world.advance(2.0).wrench
    lever = -wrench[4] / wrench[0]
    assert 0.2 * FIXED_HOLE.peg_reach_m < lever < 1.1 * FIXED_HOLE.peg_reach_m


def test_a_hand_that_pushes_nothing_feels_nothing_while_it_moves_slowly(world: SimulatedWorld) -> None:
    start = world.reset(0).tcp_pose
    for step in range(20):
        world.set_target(moved(start, x=0.001 * step))
        sample = world.advance(0.1)
    assert np.linalg.norm(sample.wrench[:3]) < 0.5
