"""The cap turns on its thread, a reset leaves it loose, and it counts as done when it is at its mark and tight."""

from __future__ import annotations

from typing import Any

import mujoco
import numpy as np
import pytest

from tests.support.task_rollout import TaskBench, make_expert, task_config
from user_core.configuration import build
from user_core.errors import ConfigurationError
from user_core.transforms import Pose, subtract
from user_core.types import TaskState
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.environment.guard import Guard
from user_hardware.simulation.config import SimulationConfig, simulation_config_type
from user_hardware.simulation.scene_draw import draw_scene
from user_hardware.simulation.scene_model import scene_mjcf
from user_hardware.simulation.scenes.bottle import BottleConfig
from user_hardware.simulation.scenes.cap_tightening import CapDraw, CapTighteningScene
from user_hardware.simulation.tool_poses import tool_down
from user_hardware.teleop.expert import ExpertAction

TASK = "cap_tightening"
CONFIG = task_config(TASK, "simulation_node", simulation_config_type(SimulationConfig, TASK))
GEOMETRY = BottleConfig()
SCENE = CapTighteningScene(config=GEOMETRY)
DRAW = CapDraw(xy_m=np.array([0.004, -0.003]), turn_rad=0.8)
FAR_AWAY = tool_down(0.5, 0.0, 0.3)


class LooseCap:
    """The scene with nobody at the cap but a test that turns it."""

    def __init__(self) -> None:
        self.model = mujoco.MjModel.from_xml_string(scene_mjcf(CONFIG, SCENE))
        self.data = mujoco.MjData(self.model)
        SCENE.place_fixed(self.model, DRAW)
        SCENE.place_loose(self.model, self.data, DRAW, start_pose=FAR_AWAY)
        mujoco.mj_forward(self.model, self.data)

    def turn(self, torque_nm: float, *, steps: int = 500) -> TaskState:
        self.data.qfrc_applied[self.model.joint("cap_turn").dofadr[0]] = torque_nm
        mujoco.mj_step(self.model, self.data, steps)
        return self.state

    @property
    def state(self) -> TaskState:
        return SCENE.state(self.data, draw=DRAW, tcp_pose=FAR_AWAY)


@pytest.fixture
def cap() -> LooseCap:
    return LooseCap()


def test_a_reset_leaves_the_cap_loose_on_a_bottle_that_has_moved(cap: LooseCap) -> None:
    state = cap.turn(0.0)
    assert not state.success
    assert not state.failure
    assert state.value("angle_rad") == pytest.approx(0.0, abs=1e-3)
    assert state.value("target_angle_rad") == 0.8
    assert state.value("torque_nm") == 0.0
    loose_m = np.array([0.504, -0.003, 0.105 + 0.004 * 0.8 / (2 * np.pi)])
    np.testing.assert_allclose(state.pose("cap").position, loose_m, atol=1e-4)


def test_the_thread_takes_the_cap_down_as_it_turns_clockwise(cap: LooseCap) -> None:
    before, after = cap.state.pose("cap"), cap.turn(0.2, steps=2000).pose("cap")
    moved = subtract(after, before)
    assert moved[5] == pytest.approx(-0.8 - GEOMETRY.stop_rad, abs=0.02)
    assert moved[2] == pytest.approx(GEOMETRY.pitch_m * moved[5] / (2 * np.pi), abs=3e-5)
    np.testing.assert_allclose(moved[:2], 0, atol=1e-6)


@pytest.mark.parametrize(
    ("torque_nm", "turned", "tight"),
    [(0.03, False, False), (0.3, True, False), (0.7, True, True)],
    ids=["less than the thread's friction", "to the end but not tight", "tight"],
)
def test_done_is_at_the_mark_and_tight(cap: LooseCap, torque_nm: float, turned: bool, tight: bool) -> None:
    state = cap.turn(torque_nm, steps=2000)
    assert (state.value("angle_rad") > state.value("target_angle_rad")) == turned
    assert state.success == tight
    assert state.value("torque_nm") == pytest.approx(torque_nm if turned else 0.0, abs=0.01)


def test_a_hand_that_lets_go_of_a_tight_cap_leaves_it_no_longer_pressed(cap: LooseCap) -> None:
    assert cap.turn(0.7, steps=2000).success
    state = cap.turn(0.0)
    assert not state.success
    assert state.value("angle_rad") > state.value("target_angle_rad")


def test_turning_a_cap_on_the_way_is_not_tightening_it(cap: LooseCap) -> None:
    state = cap.turn(0.7, steps=10)
    assert 0.0 < state.value("angle_rad") < 0.8
    assert state.value("torque_nm") == 0.0
    assert not state.success


def test_the_target_says_where_the_cap_is_and_how_far_to_turn() -> None:
    difference = subtract(SCENE.target_pose(DRAW), SCENE.nominal_target)
    np.testing.assert_allclose(difference, [0.004, -0.003, 0, 0, 0, -0.8], atol=1e-12)


def test_draws_use_their_ranges_and_starts_lie_in_the_guards_box() -> None:
    environment = task_config(TASK, "environment_node", EnvironmentConfig)
    assert np.array_equal(environment.task.nominal_target, SCENE.nominal_target.as_array())
    draws = [draw_scene(CONFIG.randomisation, SCENE, seed=seed) for seed in range(200)]
    turns = [draw.things.turn_rad for draw in draws]
    bottles = np.stack([draw.things.xy_m for draw in draws])
    starts = np.stack([subtract(draw.start_pose, SCENE.nominal_target) for draw in draws])
    assert 0.6 <= min(turns) < 0.63
    assert 1.37 < max(turns) <= 1.4
    assert 0.0047 < np.abs(bottles).max() <= 0.005
    assert np.all(starts[:, :3] > environment.guard.box_low_m)
    assert np.all(starts[:, :3] < environment.guard.box_high_m)
    assert np.all(np.abs(starts[:, 5]) < environment.guard.yaw_rad)


def test_what_follows_a_reset_depends_on_its_seed_alone() -> None:
    def grasp(bench: TaskBench, seed: int) -> np.ndarray:
        bench.reset(seed)
        for opening in (0.0, 0.0, 1.0):
            bench.step(ExpertAction(twist=np.array([0.2, 0.1, -1.0, 0.0, 0.0, -0.5]), opening=opening))
        numbers = [*bench.sample.tcp_pose.as_array(), *bench.world.task_state.values, bench.sample.gripper_width_m]
        return np.array(numbers)

    bench = TaskBench(TASK)
    first, other = grasp(bench, 3), grasp(bench, 4)
    np.testing.assert_array_equal(first, grasp(bench, 3))
    np.testing.assert_array_equal(first, grasp(TaskBench(TASK), 3))
    assert np.any(first != other)


def test_fingers_slip_on_a_tight_cap_before_they_break_anything() -> None:
    bench = TaskBench(TASK)
    view = bench.reset(0)
    over_cap = Pose(position=view.state.pose("cap").position, quaternion=view.tcp_pose.quaternion)
    bench.world.set_target(over_cap)
    bench.world.advance(1.5)
    bench.world.set_gripper(0.0)
    bench.world.advance(0.3)
    torques_nm = []
    for yaw_rad in np.arange(0.0, -2.2, -0.1):
        bench.world.set_target(tool_down(*over_cap.position, yaw_rad=yaw_rad))
        bench.world.advance(0.1)
        torques_nm.append(bench.world.task_state.value("torque_nm"))
    assert GEOMETRY.tight_torque_nm + 0.1 < max(torques_nm) < 1.5


@pytest.mark.parametrize("side", [(1.0, 0.0), (-1.0, 0.0), (1.0, 1.0), (0.0, -1.0)])
def test_a_cap_squeezed_out_of_the_fingers_does_not_throw_the_tool_farther_than_the_guard_bears(
    side: tuple[float, float],
) -> None:
    # The bottle stands as far to the other side as a reset puts it.
    x, y, z = GEOMETRY.cap_position_in_base
    other = [x - side[0] * GEOMETRY.bottle_xy_m, y - side[1] * GEOMETRY.bottle_xy_m, z]
    bench = TaskBench(TASK, scene__bottle_xy_m=0.0, scene__cap_position_in_base=other)
    guard = Guard(config=bench.config.guard, leash_m=1.0, leash_rad=1.0, nominal_target=SCENE.nominal_target)
    bench.reset(0)
    aside = np.array([*side, -0.6, 0.0, 0.0, 0.0])
    outside_m = []
    for opening in [1.0] * 8 + [0.0, 0.0, 1.0, 0.0, 0.0, 0.0]:
        bench.step(ExpertAction(twist=aside, opening=opening))
        outside_m.append(guard.distance_outside(bench.sample.tcp_pose))
    assert max(outside_m) < 0.8 * bench.config.guard.outside_tolerance_m
    assert bench.go_on(make_expert(TASK, expert__noise_std=0.0)).success


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("scene.cap_position_in_base", [0.5, 0.0], "3 numbers"),
        ("scene.cap_position_in_base", [0.5, 0.0, 0.03], "z above"),
        ("scene.turn_spread_rad", 1.2, "less than turn_rad = 1.0"),
    ],
)
def test_a_setting_that_cannot_work_is_refused(key: str, value: Any, allowed: str) -> None:
    with pytest.raises(ConfigurationError, match=allowed):
        build(simulation_config_type(SimulationConfig, TASK), {key: value}, where="a test")
