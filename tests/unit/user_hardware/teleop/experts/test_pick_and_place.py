"""The scripted person puts the duck into the container, and again when it was knocked over, dropped or let go."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.task_rollout import TaskBench, make_expert
from user_core.transforms import Pose
from user_core.types import TaskState
from user_hardware.simulation.tool_poses import tool_down
from user_hardware.teleop.expert import ExpertAction, ExpertView
from user_hardware.teleop.experts.pick_and_place import PickAndPlaceExpert
from user_hardware.teleop.experts.placing import PlacingConfig

TASK = "pick_and_place"
OBJECT = np.array([0.57, 0.0, 0.02])
CONTAINER = np.array([0.39, 0.0, 0.0])
LYING = np.array([np.sqrt(0.5), 0.0, 0.0, np.sqrt(0.5)])
"""On its side, quaternion xyzw."""


@pytest.fixture(scope="module")
def bench() -> TaskBench:
    return TaskBench(TASK)


def test_the_expert_succeeds_from_random_resets(bench: TaskBench) -> None:
    expert = make_expert(TASK)
    rollouts = [bench.run(expert, seed=seed) for seed in range(10)]
    assert all(rollout.success for rollout in rollouts)
    assert max(rollout.steps for rollout in rollouts) <= 40
    assert max(rollout.peak_force_n for rollout in rollouts) < 30


def test_a_trembling_hand_succeeds_too(bench: TaskBench) -> None:
    expert = make_expert(TASK, expert__noise_std=0.5)
    assert all(bench.run(expert, seed=seed).success for seed in range(3))


def test_a_duck_that_was_knocked_over_is_picked_up(bench: TaskBench) -> None:
    bench.reset(3)
    bench.place("object", Pose(position=OBJECT + [0.0, 0.0, 0.01], quaternion=LYING))
    assert bench.go_on(make_expert(TASK)).success


def test_a_duck_let_go_on_the_way_is_fetched_again(bench: TaskBench) -> None:
    expert = make_expert(TASK)
    bench.reset(4)
    while bench.view().state.value("lift_m") < 0.05:
        bench.step(expert.act(bench.view()))
    for _ in range(4):
        bench.step(ExpertAction(twist=np.zeros(6), opening=1.0))
    assert bench.view().state.value("lift_m") < 0.02
    assert bench.go_on(expert).success


def test_a_duck_that_the_policy_holds_is_carried_on_and_not_let_go_first(bench: TaskBench) -> None:
    policy, person = make_expert(TASK), make_expert(TASK)
    bench.reset(4)
    person.act(bench.view())  # with open fingers, in an earlier take-over
    while bench.view().state.value("lift_m") < 0.05:
        bench.step(policy.act(bench.view()))
    person.reset(1)
    assert person.act(bench.view()).opening == 0.0
    assert bench.go_on(person).success


def test_fingers_closed_beside_the_duck_open_before_they_go_down(bench: TaskBench) -> None:
    bench.reset(5)
    for _ in range(4):
        bench.step(ExpertAction(twist=np.zeros(6), opening=0.0))
    assert bench.view().gripper_width_m < 0.01
    assert bench.go_on(make_expert(TASK)).success


def test_the_way_left_shrinks_from_reset_to_success(bench: TaskBench) -> None:
    expert = make_expert(TASK)
    bench.reset(6)
    ways_m = [expert.way_left_m(bench.view())]
    while not bench.step(expert.act(bench.view())).success:
        ways_m.append(expert.way_left_m(bench.view()))
    steps_m = np.diff(ways_m)
    assert ways_m[0] > 0.25 and ways_m[-1] == 0.0
    # Lowering over the container sways by millimetres; a person would take over at 30.
    assert np.max(steps_m) < 0.01


def view(tool: Pose, *, thing: np.ndarray = OBJECT, width_m: float = 0.08) -> ExpertView:
    upright = np.array([0.0, 0.0, 0.0, 1.0])
    state = TaskState(
        task=TASK,
        success=False,
        names=("object", "container"),
        poses=(Pose(position=thing, quaternion=upright), Pose(position=CONTAINER, quaternion=upright)),
    )
    return ExpertView(tcp_pose=tool, gripper_width_m=width_m, target_pose=tool_down(0.57, 0.0, 0.02), state=state)


def act(seen: ExpertView, *, ticks: int = 1) -> ExpertAction:
    expert = PickAndPlaceExpert(config=PlacingConfig())
    return [expert.act(seen) for _ in range(ticks)][-1]


@pytest.mark.parametrize(
    ("seen", "axis", "sign", "opening"),
    [
        (view(tool_down(0.52, 0.0, 0.10)), 0, 1, 1.0),
        (view(tool_down(0.57, 0.0, 0.10)), 2, -1, 1.0),
        (view(tool_down(0.57, 0.0, 0.05), width_m=0.03), 2, 1, 1.0),
        (view(tool_down(0.57, 0.0, 0.10, yaw_rad=0.3)), 5, -1, 1.0),
        (view(tool_down(0.57, 0.0, 0.025), width_m=0.04), 2, 1, 0.0),
        (view(tool_down(0.57, 0.0, 0.09), thing=np.array([0.57, 0, 0.09]), width_m=0.04), 0, -1, 0.0),
    ],
    ids=["goes over it", "descends", "opens first", "turns across it", "lifts what it holds", "crosses"],
)
def test_the_action_does_what_comes_next(seen: ExpertView, axis: int, sign: int, opening: float) -> None:
    action = act(seen, ticks=2)
    assert sign * action.twist[axis] > 0.1
    assert action.opening == opening


def test_it_closes_around_the_duck_and_opens_over_the_container() -> None:
    assert act(view(tool_down(0.57, 0.0, 0.02))).opening == 0.0
    over = view(tool_down(0.39, 0.0, 0.065), thing=np.array([0.39, 0.0, 0.065]), width_m=0.04)
    assert act(over, ticks=2).opening == 1.0


def test_it_does_not_lift_before_the_fingers_have_closed() -> None:
    closing = view(tool_down(0.57, 0.0, 0.02), width_m=0.06)
    assert abs(act(closing).twist[2]) < 0.1
    assert act(closing, ticks=2).twist[2] > 0.1
