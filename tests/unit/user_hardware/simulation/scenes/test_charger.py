"""The charger's scene: held by friction, plugged in by being pushed, lost by being dropped."""

from __future__ import annotations

import numpy as np
import pytest

from user_core.transforms import Pose, subtract
from user_hardware.simulation.config import CameraConfig, RandomisationConfig, SimulationConfig, simulation_config_type
from user_hardware.simulation.scenes.charger import ChargerConfig
from user_hardware.simulation.world import SimulatedWorld

ChargerSimulationConfig = simulation_config_type(SimulationConfig, "charger")
START = RandomisationConfig(start_lift_m=0.04, start_xy_m=0.02, start_z_m=0.01)


def charger_world(**scene: float) -> SimulatedWorld:
    config = ChargerSimulationConfig(
        task="charger",
        scene=ChargerConfig(**scene),  # type: ignore[arg-type]  # its numbers by keyword
        randomisation=START,
        cameras=CameraConfig(renderer="ray_cast"),
    )
    return SimulatedWorld(config=config)


def push_in(world: SimulatedWorld, *, off_m: float = 0.0) -> None:
    """Bring the charger above the socket, off by so much along x, and push down."""
    target = world.target_pose
    for height in [*np.linspace(0.035, 0.0, 20), *[0.0] * 10]:
        offset = np.array([off_m, 0.0, height])
        world.set_target(Pose(position=target.position + offset, quaternion=target.quaternion))
        world.advance(0.1)


@pytest.mark.parametrize("seed", range(4))
def test_a_charger_that_is_pushed_in_is_plugged_in(seed: int) -> None:
    world = charger_world()
    world.reset(seed)
    assert not world.task_state.success
    push_in(world)
    assert world.task_state.success
    assert not world.task_state.failure


def test_a_charger_beside_its_socket_is_not_plugged_in() -> None:
    world = charger_world()
    world.reset(0)
    push_in(world, off_m=0.006)
    assert not world.task_state.success
    assert world.task_state.value("height_m") > 0.01, "the pins stand on the face"


def test_the_target_is_the_tool_pose_of_the_charger_as_it_sits_in_the_hand() -> None:
    world = charger_world(slip_m=0.003)
    world.reset(3)
    push_in(world)
    state = world.task_state
    assert state.success
    assert np.abs(subtract(world.advance(0.0).tcp_pose, world.target_pose)[:3]).max() < 0.002


def test_friction_holds_the_charger_while_the_arm_moves_and_nothing_else_does() -> None:
    world = charger_world()
    start = world.reset(1).tcp_pose
    held = subtract(world.task_state.pose("charger"), start)
    for shift in ([0.04, 0.0, 0.02], [-0.04, 0.03, 0.05], [0.0, 0.0, 0.0]):
        world.set_target(Pose(position=start.position + np.array(shift), quaternion=start.quaternion))
        sample = world.advance(1.0)
    np.testing.assert_allclose(subtract(world.task_state.pose("charger"), sample.tcp_pose), held, atol=2e-3)
    world.set_gripper(0.08)
    world.advance(1.0)
    assert world.task_state.failure


def test_a_reset_depends_on_its_seed_alone() -> None:
    world = charger_world()
    world.reset(5)
    first = world.task_state.pose("charger").as_array()
    world.set_gripper(0.08)
    world.advance(0.5)
    world.reset(6)
    assert np.abs(world.task_state.pose("charger").as_array() - first).max() > 1e-3
    world.reset(5)
    np.testing.assert_array_equal(world.task_state.pose("charger").as_array(), first)
