"""The scripted person tightens the cap, with as many grasps as it takes and from whatever a policy has left behind."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.task_rollout import TaskBench, make_expert
from user_core.transforms import Pose, add_delta
from user_core.types import TaskState
from user_hardware.simulation.tool_poses import tool_down
from user_hardware.teleop.expert import ExpertAction, ExpertView
from user_hardware.teleop.experts.cap_tightening import CapTighteningExpert, CapTighteningExpertConfig
from user_hardware.teleop.supervision import CorrectionConfig

TASK = "cap_tightening"
CAP = np.array([0.5, 0.0, 0.105])
OPEN_M, HELD_M, WINDOW_RAD = 0.08, 0.032, 0.5236
UP, DOWN, STILL = np.array([0, 0, 1, 0, 0, 0]), np.array([0, 0, -1, 0, 0, 0]), np.zeros(6)


@pytest.fixture(scope="module")
def bench() -> TaskBench:
    return TaskBench(TASK)


def test_the_expert_succeeds_from_random_resets_with_one_grasp_or_two(bench: TaskBench) -> None:
    expert = make_expert(TASK)
    rollouts = [bench.run(expert, seed=seed) for seed in range(10)]
    assert all(rollout.success for rollout in rollouts)
    assert min(rollout.steps for rollout in rollouts) < 20
    assert 25 < max(rollout.steps for rollout in rollouts) <= 45
    assert max(rollout.peak_force_n for rollout in rollouts) < 30


@pytest.mark.slow
@pytest.mark.parametrize("noise_std", [0.0, 0.8])
def test_the_expert_succeeds_from_many_random_resets_however_it_trembles(bench: TaskBench, noise_std: float) -> None:
    expert = make_expert(TASK, expert__noise_std=noise_std)
    assert sum(bench.run(expert, seed=1000 + seed).success for seed in range(60)) >= 58


@pytest.mark.parametrize(
    "mistake",
    [
        [(STILL, 0.0)] * 3,
        [(DOWN, 0.0)] * 8,
        [(DOWN, 1.0)] * 8 + [(STILL, 0.0)] * 2,
        [(DOWN, 1.0)] * 8 + [(STILL, 0.0)] * 2 + [(UP, 0.0)] * 6,
        [(DOWN, 1.0)] * 8 + [(STILL, 0.0)] * 2 + [(np.array([0, 0, 0, 0, 0, 1]), 0.0)] * 6,
        [(np.array([1, -1, -0.6, 0, 0, -1]), 1.0)] * 8 + [(STILL, 0.0)] * 2,
    ],
    ids=[
        "closed too early",
        "came down closed",
        "closed in the middle of the window",
        "tore it upwards",
        "loosened it",
        "closed beside the middle",
    ],
)
def test_the_expert_mends_what_a_policy_did(bench: TaskBench, mistake: list[tuple[np.ndarray, float]]) -> None:
    bench.reset(5)
    for twist, opening in mistake:
        bench.step(ExpertAction(twist=twist, opening=opening))
    rollout = bench.go_on(make_expert(TASK, expert__noise_std=0.0))
    assert rollout.success
    assert rollout.steps < 60


def test_the_way_left_shrinks_so_that_a_watching_person_leaves_the_expert_alone(bench: TaskBench) -> None:
    patience = CorrectionConfig()
    expert = make_expert(TASK, expert__noise_std=0.0)
    for seed in range(4):
        ways_m = [expert.way_left_m(bench.reset(seed))]
        while not bench.step(expert.act(bench.view())).success:
            ways_m.append(expert.way_left_m(bench.view()))
        assert expert.way_left_m(bench.view()) < 0.003
        assert np.diff(ways_m).max() < patience.worse_m
        for first in range(len(ways_m) - patience.patience_ticks):
            soon_m = min(ways_m[first + 1 : first + patience.patience_ticks + 1])
            assert soon_m < ways_m[first] - patience.progress_m


def view(
    *, offset_m: tuple[float, float, float] = (0, 0, 0), yaw_rad: float = 0.0, width_m: float, turned_rad: float = 0.0
) -> ExpertView:
    state = TaskState(
        task=TASK,
        success=False,
        names=("cap",),
        poses=(Pose(position=CAP, quaternion=np.array([0, 0, 0, 1.0])),),
        quantities=("angle_rad", "target_angle_rad", "torque_nm"),
        values=(turned_rad, 1.0, 0.0),
    )
    tool = add_delta(tool_down(*CAP, yaw_rad=yaw_rad), np.array([*offset_m, 0, 0, 0]))
    return ExpertView(tcp_pose=tool, gripper_width_m=width_m, target_pose=tool, state=state)


@pytest.mark.parametrize(
    ("seen", "opening", "turn"),
    [
        (view(offset_m=(0, 0, 0.03), width_m=OPEN_M), 1.0, 1),
        (view(yaw_rad=0.0, width_m=OPEN_M), 1.0, 1),
        (view(yaw_rad=WINDOW_RAD, width_m=OPEN_M), 0.0, 0),
        (view(yaw_rad=WINDOW_RAD, width_m=HELD_M), 0.0, -1),
        (view(yaw_rad=0.0, width_m=HELD_M), 0.0, -1),
        (view(yaw_rad=-WINDOW_RAD, width_m=HELD_M), 1.0, 0),
        (view(yaw_rad=-WINDOW_RAD, width_m=HELD_M + 0.005), 1.0, 0),
        (view(offset_m=(0, 0, 0.03), width_m=0.0), 1.0, 0),
        (view(width_m=0.02), 1.0, 0),
    ],
    ids=[
        "turns back on the way down",
        "turns back with open fingers",
        "closes where a turn begins",
        "tightens",
        "tightens what it holds, wherever",
        "lets go at the end of the window",
        "stands still until the fingers are clear",
        "opens before it comes down",
        "opens when there is nothing between the fingers",
    ],
)
def test_what_it_does_follows_from_what_it_sees(seen: ExpertView, opening: float, turn: int) -> None:
    action = CapTighteningExpert(config=CapTighteningExpertConfig(rotation_scale_rad=0.5)).act(seen)
    assert action.opening == opening
    assert np.sign(np.round(action.twist[5], 6)) == turn


def test_without_a_tremble_it_remembers_nothing() -> None:
    expert = CapTighteningExpert(config=CapTighteningExpertConfig())
    seen = view(offset_m=(0.004, -0.002, 0.01), yaw_rad=0.1, width_m=OPEN_M)
    first = expert.act(seen).twist
    expert.act(view(yaw_rad=-WINDOW_RAD, width_m=HELD_M))
    np.testing.assert_array_equal(first, expert.act(seen).twist)


def test_a_cap_that_was_turned_is_less_way_and_another_grasp_is_more() -> None:
    expert = CapTighteningExpert(config=CapTighteningExpertConfig())
    held = [
        expert.way_left_m(view(yaw_rad=0.4 - turned, width_m=HELD_M, turned_rad=turned)) for turned in (0.0, 0.4, 0.8)
    ]
    assert held == sorted(held, reverse=True)
    in_one_go = expert.way_left_m(view(yaw_rad=WINDOW_RAD, width_m=HELD_M, turned_rad=0.4))
    needs_another = expert.way_left_m(view(yaw_rad=0.0, width_m=HELD_M, turned_rad=0.4))
    assert needs_another > in_one_go + 0.02
