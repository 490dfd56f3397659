"""What happens after a reset depends on its seed and on the commands, and on nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.peg_insertion_rollout import RAY_CAST, PegSimulationConfig, step
from user_hardware.simulation.world import SimulatedWorld, WorldSample

CONFIG = PegSimulationConfig(cameras=RAY_CAST)
PUSH = np.array([0.5, -0.3, -1.0, 0.0, 0.0, 0.4])


def state(sample: WorldSample) -> np.ndarray:
    return np.concatenate(
        [
            sample.tcp_pose.as_array(),
            sample.tcp_twist,
            sample.wrench,
            sample.joint_positions_rad,
            sample.joint_velocities_rad_s,
            [sample.gripper_width_m],
        ]
    )


def states_and_image(world: SimulatedWorld, seed: int, *, render_each: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Press the peg against the board, so that contact is part of what is compared."""
    sample = world.reset(seed)
    states = [state(sample)]
    for _ in range(15):
        sample = step(world, sample, PUSH, config=CONFIG)
        states.append(state(sample))
        if render_each:
            world.render("wrist")
    return np.stack(states), world.render("third_person")


def test_two_worlds_with_one_seed_are_bit_equal() -> None:
    first = states_and_image(SimulatedWorld(config=CONFIG), 7)
    second = states_and_image(SimulatedWorld(config=CONFIG, seed=99), 7)
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])


def test_history_does_not_show_after_a_reset() -> None:
    world = SimulatedWorld(config=CONFIG)
    fresh = states_and_image(world, 3)
    states_and_image(world, 4)
    world.set_gripper(0.08)
    world.advance(0.533)
    again = states_and_image(world, 3)
    np.testing.assert_array_equal(fresh[0], again[0])
    np.testing.assert_array_equal(fresh[1], again[1])


def test_rendering_changes_nothing() -> None:
    world = SimulatedWorld(config=CONFIG)
    blind = states_and_image(world, 5)
    seeing = states_and_image(world, 5, render_each=True)
    np.testing.assert_array_equal(blind[0], seeing[0])


def test_another_seed_is_another_scene() -> None:
    world = SimulatedWorld(config=CONFIG)
    world.reset(1)
    first, first_image = world.target_pose, world.render("third_person")
    world.reset(2)
    assert np.linalg.norm(first.position - world.target_pose.position) > 1e-4
    assert np.any(first_image != world.render("third_person"))


def test_state_samples_of_a_tick_do_not_depend_on_how_it_is_cut() -> None:
    world = SimulatedWorld(config=CONFIG)
    world.reset(6)
    at_once = world.advance(0.1)
    world.reset(6)
    for _ in range(10):
        in_pieces = world.advance(0.01)
    np.testing.assert_array_equal(state(at_once), state(in_pieces))


def test_simulated_time_never_goes_back() -> None:
    world = SimulatedWorld(config=CONFIG)
    before = world.advance(0.25).time_s
    after = world.reset(0).time_s
    assert after >= before
    assert world.advance(0.1).time_s == pytest.approx(after + 0.1)
