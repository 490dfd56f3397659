"""The arm in free space: it holds, follows, keeps its posture and its limits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from tests.support.peg_insertion_rollout import PegSimulationConfig
from user_core.errors import ConfigurationError
from user_core.transforms import Pose, add_delta, geodesic_angle, subtract
from user_hardware.simulation.config import ImpedanceConfig
from user_hardware.simulation.panda import TORQUE_LIMITS_NM
from user_hardware.simulation.scenes.peg_insertion import PegInsertionConfig
from user_hardware.simulation.world import SimulatedWorld


@pytest.fixture
def world() -> SimulatedWorld:
    return SimulatedWorld(config=PegSimulationConfig(), seed=0)


def test_gravity_is_compensated(world: SimulatedWorld) -> None:
    start = world.reset(1)
    later = world.advance(5.0)
    assert np.linalg.norm(later.tcp_pose.position - start.tcp_pose.position) < 1e-5
    assert geodesic_angle(later.tcp_pose, start.tcp_pose) < 1e-5


def test_a_reset_puts_the_tool_at_rest(world: SimulatedWorld) -> None:
    sample = world.reset(2)
    assert np.all(sample.tcp_twist == 0)
    assert np.all(np.abs(sample.wrench) < 0.1)


def test_the_tool_arrives_at_a_target_in_free_space(world: SimulatedWorld) -> None:
    start = world.reset(3).tcp_pose
    target = add_delta(start, np.array([0.02, -0.03, 0.02, 0.03, -0.02, 0.3]))
    world.set_target(target)
    arrived = world.advance(4.0).tcp_pose
    assert np.linalg.norm(subtract(arrived, target)[:3]) < 5e-4
    assert geodesic_angle(arrived, target) < 5e-3


def test_speed_is_bounded_by_reference_limiting(world: SimulatedWorld) -> None:
    config = ImpedanceConfig()
    start = world.reset(3).tcp_pose
    world.set_target(add_delta(start, np.array([0.5, 0.0, 0.0, 0.0, 0.0, 0.0])))
    limit = 1.2 * config.error_clip_m * config.stiffness_n_m[0] / config.damping_ns_m[0]
    assert max(world.advance(0.02).tcp_twist[0] for _ in range(40)) < limit


def test_twist_is_the_derivative_of_the_pose(world: SimulatedWorld) -> None:
    start = world.reset(4).tcp_pose
    world.set_target(add_delta(start, np.array([0.05, -0.05, 0.05, 0.0, 0.0, 0.4])))
    world.advance(0.15)
    before = world.advance(0.002)
    after = world.advance(0.002)
    measured = subtract(after.tcp_pose, before.tcp_pose) / 0.002
    np.testing.assert_allclose(after.tcp_twist, measured, atol=0.02)


def test_the_null_space_keeps_the_posture(world: SimulatedWorld) -> None:
    start = world.reset(5)
    for angle in np.linspace(0, 6 * np.pi, 60):
        offset = np.array([0.04 * np.cos(angle), 0.04 * np.sin(angle), 0.0, 0.0, 0.0, 0.0])
        world.set_target(add_delta(start.tcp_pose, offset))
        world.advance(0.1)
    world.set_target(start.tcp_pose)
    back = world.advance(5.0)
    np.testing.assert_allclose(back.joint_positions_rad, start.joint_positions_rad, atol=0.02)
    assert np.linalg.norm(back.tcp_pose.position - start.tcp_pose.position) < 1e-3


def test_joint_torques_respect_their_limits() -> None:
    strong = ImpedanceConfig(stiffness_n_m=(6000.0, 6000.0, 6000.0), error_clip_m=0.1)
    world = SimulatedWorld(config=PegSimulationConfig(impedance=strong))
    start = world.reset(0).tcp_pose
    efforts = []
    for direction in ((1.0, 0, 0), (0, 1.0, 0), (0, 0, 1.0)):
        world.reset(0)
        world.set_target(add_delta(start, np.array([*direction, 0.0, 0.0, 0.0])))
        efforts += [world.advance(0.01).joint_efforts_nm for _ in range(20)]
    largest = np.max(np.abs(np.stack(efforts)), axis=0)
    assert np.all(largest <= np.array(TORQUE_LIMITS_NM) + 1e-9)
    assert np.any(largest == np.array(TORQUE_LIMITS_NM)), "no limit was reached: the test shows nothing"


def test_an_orientation_near_half_a_turn_is_followed(world: SimulatedWorld) -> None:
    start = world.reset(6).tcp_pose
    turned = Pose(
        position=start.position, quaternion=(Rotation.from_rotvec([0.0, 0.0, -1.2]) * start.rotation).as_quat()
    )
    world.set_target(turned)
    assert geodesic_angle(world.advance(5.0).tcp_pose, turned) < 0.01


def test_the_gripper_opens_and_stops_at_the_peg(world: SimulatedWorld) -> None:
    world.reset(0)
    world.set_gripper(0.08)
    assert world.advance(2.0).gripper_width_m == pytest.approx(0.08, abs=1e-3)
    world.set_gripper(0.0)
    assert world.advance(2.0).gripper_width_m == pytest.approx(0.024, abs=1e-3)


def test_a_scene_out_of_reach_is_refused_with_the_distance() -> None:
    far = PegInsertionConfig(hole_position_in_base=(1.0, 0.0, 0.06))
    with pytest.raises(ConfigurationError, match="mm are missing"):
        SimulatedWorld(config=PegSimulationConfig(scene=far))
