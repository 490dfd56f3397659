"""The scene of pick and place: what a reset draws, and what counts as done."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from tests.support.task_rollout import TaskBench
from user_core.errors import ConfigurationError
from user_core.transforms import FloatArray
from user_core.types import TaskState
from user_hardware.simulation import loose, panda
from user_hardware.simulation.config import SimulationConfig, simulation_config_type
from user_hardware.simulation.scene_model import scene_mjcf
from user_hardware.simulation.scenes.pick_and_place import PickAndPlaceConfig, PickAndPlaceScene
from user_hardware.simulation.tool_poses import tool_down

TASK = "pick_and_place"
FAR = tool_down(0.5, 0.2, 0.3)


class Table:
    """The scene without a controller: the duck can be put anywhere."""

    def __init__(self) -> None:
        self.scene = PickAndPlaceScene(config=PickAndPlaceConfig())
        config = simulation_config_type(SimulationConfig, TASK)(task=TASK)
        self._model = mujoco.MjModel.from_xml_string(scene_mjcf(config, self.scene))
        self.data = mujoco.MjData(self._model)
        self._draw = self.scene.draw(np.zeros)
        self.scene.place_fixed(self._model, self._draw)

    def state_with_duck_at(self, x: float, y: float, z: float) -> TaskState:
        position = np.array([x, y, z])
        loose.put(self._model, self.data, body="object", position=position, yaw_rad=0.0)
        mujoco.mj_forward(self._model, self.data)
        return self.scene.state(self.data, draw=self._draw, tcp_pose=FAR)


def move(bench: TaskBench, position: FloatArray) -> None:
    x, y, z = position
    bench.world.set_target(tool_down(x, y, z))
    bench.world.advance(1.5)


@pytest.fixture(scope="module")
def table() -> Table:
    return Table()


@pytest.fixture(scope="module")
def bench() -> TaskBench:
    return TaskBench(TASK)


def test_draws_use_their_ranges() -> None:
    scene = PickAndPlaceScene(config=PickAndPlaceConfig())
    generator = np.random.default_rng(0)
    draws = [scene.draw(lambda count: generator.uniform(-1, 1, count)) for _ in range(300)]
    patch = np.stack([draw.object_xy_m for draw in draws]) - [0.57, 0.0]
    assert np.all(np.abs(patch) <= [0.04, 0.06]) and np.all(np.abs(patch).max(axis=0) > [0.038, 0.058])
    assert 0.48 < max(abs(draw.object_yaw_rad) for draw in draws) <= 0.5
    container = np.stack([draw.container_xy_m for draw in draws]) - [0.39, 0.0]
    assert np.all(np.abs(container) <= 0.01) and np.all(np.abs(container).max(axis=0) > 0.009)


def test_a_reset_repeats_bit_by_bit_whatever_happened_before(bench: TaskBench) -> None:
    bench.reset(11)
    first, image = bench.view().state, bench.world.render("wrist")
    bench.reset(12)
    other = bench.view().state
    bench.world.set_gripper(0.0)
    bench.world.advance(0.3)
    bench.reset(11)
    again = bench.view().state
    np.testing.assert_array_equal(first.pose("object").as_array(), again.pose("object").as_array())
    np.testing.assert_array_equal(first.pose("container").as_array(), again.pose("container").as_array())
    np.testing.assert_array_equal(image, bench.world.render("wrist"))
    assert np.any(first.pose("object").position != other.pose("object").position)


def test_the_duck_rests_where_the_target_pose_grasps_it(bench: TaskBench) -> None:
    for seed in range(5):
        view = bench.reset(seed)
        duck = view.state.pose("object")
        np.testing.assert_allclose(duck.position, view.target_pose.position, atol=5e-4)
        along = view.target_pose.rotation.apply([1.0, 0.0, 0.0])
        np.testing.assert_allclose(duck.rotation.apply([1.0, 0.0, 0.0]), along, atol=5e-3)


def test_nothing_moves_while_nobody_touches_it(bench: TaskBench) -> None:
    before = bench.reset(2).state.pose("object")
    bench.world.advance(2.0)
    after = bench.view().state.pose("object")
    np.testing.assert_allclose(after.as_array(), before.as_array(), atol=2e-4)


@pytest.mark.parametrize(
    ("position", "success", "failure"),
    [
        ((0.57, 0.0, 0.02), False, False),
        ((0.39, 0.0, 0.03), True, False),
        ((0.42, 0.03, 0.03), True, False),
        ((0.39, 0.0, 0.10), False, False),
        ((0.46, 0.0, 0.03), False, False),
        ((0.57, 0.31, 0.02), False, True),
        ((0.57, 0.0, -0.1), False, True),
    ],
    ids=["on the table", "in the middle", "in a corner", "above", "on the wall", "out of reach", "fallen"],
)
def test_where_the_duck_is_decides(
    table: Table, position: tuple[float, float, float], success: bool, failure: bool
) -> None:
    state = table.state_with_duck_at(*position)
    assert (state.success, state.failure) == (success, failure)
    assert state.value("lift_m") == pytest.approx(position[2] - 0.02)


def test_a_duck_that_is_still_held_is_not_placed(bench: TaskBench) -> None:
    view = bench.reset(0)
    move(bench, view.target_pose.position)
    assert not loose.are_touching(bench.world._data, panda.FINGER_GEOMS, ("duck_body",))  # noqa: SLF001
    bench.world.set_gripper(0.0)
    bench.world.advance(0.5)
    assert loose.are_touching(bench.world._data, panda.FINGER_GEOMS, ("duck_body",))  # noqa: SLF001
    container = view.state.pose("container").position
    move(bench, view.target_pose.position + [0.0, 0.0, 0.1])
    move(bench, container + [0.0, 0.0, 0.12])
    move(bench, container + [0.0, 0.0, 0.03])
    held = bench.view().state
    assert held.pose("object").position[2] < 0.04 and held.value("to_container_m") < 0.02
    assert not held.success
    bench.world.set_gripper(0.08)
    bench.world.advance(0.5)
    assert bench.view().state.success


def test_a_patch_that_reaches_into_the_container_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="object_xy_in_base"):
        PickAndPlaceConfig(object_xy_in_base=(0.45, 0.0))
    with pytest.raises(ConfigurationError, match="object_xy_m"):
        PickAndPlaceConfig(object_xy_m=(0.1,))
