"""The scripted person tidies the table stage by stage, and tidies again what did not stay."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.task_rollout import TaskBench, make_expert
from user_core.transforms import Pose
from user_core.types import TaskState
from user_hardware.simulation.tool_poses import tool_down
from user_hardware.teleop.expert import ExpertAction, ExpertView
from user_hardware.teleop.experts.table_cleanup import TableCleanupExpert, TableCleanupExpertConfig

TASK = "table_cleanup"
UPRIGHT = np.array([0.0, 0.0, 0.0, 1.0])
THINGS = {"cube": (0.58, 0.13, 0.015), "brick": (0.58, 0.0, 0.012), "bar": (0.58, -0.13, 0.014)}
TIDY = {"cube": (0.42, 0.18, 0.02), "brick": (0.42, 0.12, 0.02), "bar": (0.42, -0.15, 0.02)}
BOXES = {"box_a": (0.42, 0.15, 0.0), "box_b": (0.42, -0.15, 0.0)}


@pytest.fixture(scope="module")
def bench() -> TaskBench:
    return TaskBench(TASK)


def test_the_expert_never_goes_back_a_stage(bench: TaskBench) -> None:
    expert = make_expert(TASK)
    bench.reset(1)
    stages = [0]
    ways_m = [expert.way_left_m(bench.view())]
    for _ in range(bench.config.task.max_episode_steps):
        reward = bench.step(expert.act(bench.view()))
        ways_m.append(expert.way_left_m(bench.view()))
        if reward.stage != stages[-1]:
            stages.append(reward.stage)
        if reward.success:
            break
    assert reward.success and stages == sorted(stages)
    assert ways_m[-1] < 0.3 and np.max(np.diff(ways_m)) < 0.15


def test_the_expert_succeeds_from_random_resets(bench: TaskBench) -> None:
    rollouts = [bench.run(make_expert(TASK), seed=seed) for seed in (0, 3)]
    assert all(rollout.success for rollout in rollouts)
    assert max(rollout.steps for rollout in rollouts) <= 200
    assert max(rollout.peak_force_n for rollout in rollouts) < 30


def test_a_thing_that_did_not_stay_is_tidied_again(bench: TaskBench) -> None:
    expert = make_expert(TASK)
    bench.reset(2)
    while bench.step(expert.act(bench.view())).stage < 1:
        pass
    bench.place("cube", Pose(position=np.array([0.55, 0.2, 0.02]), quaternion=UPRIGHT))
    assert bench.view().state.stage == 0
    assert bench.go_on(expert).success


def view_of(tool: Pose, *, tidy: tuple[str, ...] = (), lid_rad: float = 1.8, width_m: float = 0.08) -> ExpertView:
    places = {**THINGS, **{name: TIDY[name] for name in tidy}, **BOXES}
    poses = tuple(Pose(position=np.array(position), quaternion=UPRIGHT) for position in places.values())
    state = TaskState(
        task=TASK, success=False, names=tuple(places), poses=poses, quantities=("lid_rad",), values=(lid_rad,)
    )
    return ExpertView(tcp_pose=tool, gripper_width_m=width_m, target_pose=tool_down(0.58, 0.13, 0.015), state=state)


def make() -> TableCleanupExpert:
    return TableCleanupExpert(config=TableCleanupExpertConfig())


def act(tool: Pose, *, tidy: tuple[str, ...] = (), lid_rad: float = 1.8) -> ExpertAction:
    return make().act(view_of(tool, tidy=tidy, lid_rad=lid_rad))


@pytest.mark.parametrize(
    ("tidy", "y_m", "direction"),
    [((), 0.08, 1), ((), -0.08, -1), (("cube", "brick"), 0.08, -1), (("brick", "bar"), -0.08, 1)],
    ids=["the cube", "the bar", "only the bar is left", "only the cube is left"],
)
def test_the_nearest_thing_that_is_not_tidy_is_next(tidy: tuple[str, ...], y_m: float, direction: int) -> None:
    action = act(tool_down(0.58, y_m, 0.15), tidy=tidy)
    assert action.opening == 1.0
    assert np.sign(np.round(action.twist[1], 1)) == direction


@pytest.mark.parametrize("name", list(THINGS))
def test_what_the_policy_holds_is_carried_on_whichever_it_is(name: str) -> None:
    expert, view = make(), view_of(tool_down(*THINGS[name]), width_m=0.025)
    assert [expert.act(view).opening for _ in range(3)] == [0.0] * 3
    assert expert.act(view).twist[2] > 0.3


@pytest.mark.parametrize(("near", "other"), [("cube", "bar"), ("bar", "brick"), ("brick", "cube")])
def test_going_to_another_thing_is_no_way_back_and_taking_it_is_progress(near: str, other: str) -> None:
    expert = make()
    path = np.linspace(THINGS[near], THINGS[other], 40) + [0.0, 0.0, 0.05]
    ways_m = [expert.way_left_m(view_of(tool_down(*position))) for position in path]
    assert np.max(np.abs(np.diff(ways_m))) < 0.01
    there = tool_down(*THINGS[other])
    open_m, closed_m = (expert.way_left_m(view_of(there, width_m=width_m)) for width_m in (0.08, 0.025))
    assert closed_m < open_m


@pytest.mark.parametrize(
    ("tool", "lid_rad", "axis", "sign"),
    [
        (tool_down(0.42, -0.15, 0.06), 1.8, 2, 1),
        (tool_down(0.42, -0.15, 0.20), 1.8, 0, -1),
        (tool_down(0.27, -0.15, 0.20), 1.8, 2, -1),
        (tool_down(0.30, -0.15, 0.12), 1.8, 0, 1),
        (tool_down(0.45, -0.15, 0.08), 0.2, 2, -1),
    ],
    ids=["rises", "goes over the lid", "comes down behind it", "pushes", "presses"],
)
def test_the_lid_is_shut_from_behind(tool: Pose, lid_rad: float, axis: int, sign: int) -> None:
    action = act(tool, tidy=("cube", "brick", "bar"), lid_rad=lid_rad)
    assert action.opening == 0.0
    assert sign * action.twist[axis] > 0.3


def test_a_hand_that_is_about_to_strike_a_wall_is_worse_off_than_before() -> None:
    expert = make()
    far, near, above = (
        expert.way_left_m(view_of(tool_down(0.53 - way_m, 0.15, height_m), tidy=("bar",)))
        for way_m, height_m in ((0.0, 0.03), (0.03, 0.03), (0.03, 0.08))
    )
    assert near > far + 0.03
    assert near > above
