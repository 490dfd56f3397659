"""The scene of table clean-up: what a reset draws, and what counts as which stage."""

from __future__ import annotations

from itertools import permutations

import mujoco
import numpy as np
import pytest

from tests.support.task_rollout import TaskBench
from user_core.errors import ConfigurationError
from user_core.transforms import FloatArray
from user_core.types import TaskState
from user_hardware.simulation import loose
from user_hardware.simulation.config import SimulationConfig, simulation_config_type
from user_hardware.simulation.scene_model import scene_mjcf
from user_hardware.simulation.scenes.table_cleanup import TableCleanupConfig, TableCleanupScene
from user_hardware.simulation.tool_poses import tool_down

TASK = "table_cleanup"
FAR = tool_down(0.5, 0.0, 0.4)
RED_BOX, GREEN_BOX = (0.42, 0.15), (0.42, -0.15)
AWAY = {"cube": (0.58, -0.13), "brick": (0.58, 0.0), "bar": (0.58, 0.13)}
IN_THEIR_BOXES = {"cube": (0.42, 0.18), "brick": (0.42, 0.12), "bar": GREEN_BOX}
OPEN_RAD, SHUT_RAD = 1.8, 0.02


class Table:
    """The scene without a controller: everything can be put anywhere."""

    def __init__(self) -> None:
        self.scene = TableCleanupScene(config=TableCleanupConfig())
        config = simulation_config_type(SimulationConfig, TASK)(task=TASK)
        self._model = mujoco.MjModel.from_xml_string(scene_mjcf(config, self.scene))
        self._data = mujoco.MjData(self._model)
        self._draw = self.scene.draw(np.zeros)
        self.scene.place_fixed(self._model, self._draw)

    def state(
        self, things: dict[str, tuple[float, float]], *, lid_rad: float = OPEN_RAD, height_m: float = 0.02
    ) -> TaskState:
        """Return the state with things at given x, y, those not named where they are out of everybody's way."""
        for name, (x, y) in {**AWAY, **things}.items():
            loose.put(self._model, self._data, body=name, position=np.array([x, y, height_m]), yaw_rad=0.0)
        self._data.joint("box_b_lid").qpos[:] = lid_rad
        mujoco.mj_forward(self._model, self._data)
        return self.scene.state(self._data, draw=self._draw, tcp_pose=FAR)


@pytest.fixture(scope="module")
def table() -> Table:
    return Table()


@pytest.fixture(scope="module")
def bench() -> TaskBench:
    return TaskBench(TASK)


@pytest.mark.parametrize(
    ("placed", "lid_rad", "stage", "failure"),
    [
        ((), OPEN_RAD, 0, False),
        (("cube",), OPEN_RAD, 0, False),
        (("cube", "brick"), OPEN_RAD, 1, False),
        (("bar",), OPEN_RAD, 0, False),
        (("cube", "brick", "bar"), OPEN_RAD, 2, False),
        (("cube", "brick", "bar"), SHUT_RAD, 3, False),
        (("bar",), SHUT_RAD, 0, False),
        (("cube", "brick"), SHUT_RAD, 1, True),
    ],
    ids=["nothing", "one red", "both red", "only green", "all", "all and shut", "shut on green", "shut too early"],
)
def test_stages_follow_from_what_is_where(
    table: Table, placed: tuple[str, ...], lid_rad: float, stage: int, failure: bool
) -> None:
    state = table.state({name: IN_THEIR_BOXES[name] for name in placed}, lid_rad=lid_rad)
    assert (state.stage, state.stages, state.success, state.failure) == (stage, 3, stage == 3, failure)
    assert state.value("tidy_count") == len(placed)
    assert state.value("lid_rad") == pytest.approx(lid_rad)


def test_a_thing_in_the_wrong_box_is_not_tidy(table: Table) -> None:
    assert table.state({"bar": RED_BOX}).value("tidy_count") == 0
    assert table.state({"cube": GREEN_BOX}).value("tidy_count") == 0


def test_what_hangs_above_its_box_is_not_tidy(table: Table) -> None:
    assert table.state({"cube": RED_BOX}, height_m=0.1).value("tidy_count") == 0


@pytest.mark.parametrize("position", [(0.8, 0.0), (0.5, 0.4), (0.2, 0.0)])
def test_what_is_out_of_reach_is_a_failure(table: Table, position: tuple[float, float]) -> None:
    assert table.state({"brick": position}).failure


def test_draws_use_all_places_and_keep_things_apart() -> None:
    scene = TableCleanupScene(config=TableCleanupConfig())
    generator = np.random.default_rng(0)
    draws = [scene.draw(lambda count: generator.uniform(-1, 1, count)) for _ in range(200)]
    orders = {tuple(np.argsort(draw.things_xy_m[:, 1]).tolist()) for draw in draws}
    assert orders == set(permutations(range(3)))
    nearest_m = min(np.diff(np.sort(draw.things_xy_m[:, 1])).min() for draw in draws)
    assert nearest_m > 0.085
    assert 0.38 < max(np.abs(draw.things_yaw_rad).max() for draw in draws) <= 0.4


def positions(bench: TaskBench) -> FloatArray:
    state = bench.view().state
    return np.stack([pose.as_array() for pose in state.poses])


def test_a_reset_repeats_bit_by_bit_whatever_happened_before(bench: TaskBench) -> None:
    bench.reset(11)
    first, image = positions(bench), bench.world.render("third_person")
    bench.reset(12)
    other = positions(bench)
    bench.world.set_target(tool_down(0.58, 0.13, 0.02))
    bench.world.advance(1.0)
    bench.reset(11)
    np.testing.assert_array_equal(first, positions(bench))
    np.testing.assert_array_equal(image, bench.world.render("third_person"))
    assert np.any(first != other)


def test_nothing_moves_while_nobody_touches_it(bench: TaskBench) -> None:
    bench.reset(2)
    before, lid_rad = positions(bench), bench.view().state.value("lid_rad")
    bench.world.advance(2.0)
    np.testing.assert_allclose(positions(bench), before, atol=3e-4)
    assert lid_rad > 1.7 and bench.view().state.value("lid_rad") == pytest.approx(lid_rad, abs=0.03)


def test_the_target_pose_is_the_grasp_of_the_cube(bench: TaskBench) -> None:
    view = bench.reset(7)
    np.testing.assert_allclose(view.state.pose("cube").position, view.target_pose.position, atol=5e-4)


def test_a_position_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="box_b_xy_in_base"):
        TableCleanupConfig(box_b_xy_in_base=(0.4,))
