from __future__ import annotations

import pytest

from user_bringup.evaluation.dispatcher import RESEND_S, RETRY_S, SILENT_S, Dispatcher, Goal, RobotView
from user_bringup.evaluation.evaluation_table import Evaluation, EvaluationKind

SEEDS = tuple(range(10))
EVALUATION = Evaluation(
    evaluation="e",
    kind=EvaluationKind.PERIODIC,
    seeds=SEEDS,
    policy_version="",
    training_steps=0,
    updates=0,
    begun_wall_s=0.0,
)


def heard(dispatcher: Dispatcher, *robots: str, now_s: float, source: str = "s", evaluation: str = "") -> None:
    for robot in robots:
        dispatcher.on_status(robot, RobotView(source=source, evaluation=evaluation, heard_s=now_s))


def send(dispatcher: Dispatcher, *, now_s: float, open_seeds: tuple[int, ...] = SEEDS, version: str = "") -> list[Goal]:
    return dispatcher.goals(EVALUATION, open_seeds=open_seeds, pinned_version=version, now_s=now_s)


@pytest.fixture
def one() -> Dispatcher:
    return Dispatcher(robots=("arm_0",))


@pytest.fixture
def two() -> Dispatcher:
    return Dispatcher(robots=("arm_0", "arm_1"))


def test_nothing_is_sent_to_a_robot_that_was_never_heard(one: Dispatcher) -> None:
    assert send(one, now_s=0.0) == []


def test_a_goal_that_stands_is_not_sent_again(one: Dispatcher) -> None:
    heard(one, "arm_0", now_s=0.0)
    assert [goal.seeds for goal in send(one, now_s=0.0)] == [SEEDS]
    for now_s in range(1, 60):
        heard(one, "arm_0", now_s=now_s, evaluation="e")
        assert send(one, now_s=now_s, open_seeds=SEEDS[3:]) == []


def test_status_that_names_another_source_sends_the_remaining_seeds_again(one: Dispatcher) -> None:
    heard(one, "arm_0", now_s=0.0)
    send(one, now_s=0.0)
    heard(one, "arm_0", now_s=1.0, source="respawned")
    (goal,) = send(one, now_s=1.0, open_seeds=SEEDS[4:], version="1.32")
    assert (goal.seeds, goal.policy_version) == (SEEDS[4:], "1.32")


def test_status_that_does_not_name_the_goal_for_long_sends_it_again(one: Dispatcher) -> None:
    heard(one, "arm_0", now_s=0.0)
    send(one, now_s=0.0)
    heard(one, "arm_0", now_s=RESEND_S - 1)
    assert send(one, now_s=RESEND_S - 1) == []
    heard(one, "arm_0", now_s=RESEND_S + 1)
    assert len(send(one, now_s=RESEND_S + 1)) == 1


def test_a_refused_goal_is_sent_again_after_a_pause(one: Dispatcher) -> None:
    heard(one, "arm_0", now_s=0.0)
    (goal,) = send(one, now_s=0.0)
    one.on_goal_closed("arm_0", goal.number, now_s=0.1)
    assert send(one, now_s=0.2) == []
    assert len(send(one, now_s=0.2 + RETRY_S)) == 1


def test_the_end_of_a_replaced_goal_does_not_end_the_one_that_replaced_it(one: Dispatcher) -> None:
    heard(one, "arm_0", now_s=0.0)
    (old,) = send(one, now_s=0.0)
    heard(one, "arm_0", now_s=1.0, source="respawned")
    send(one, now_s=1.0)
    one.on_goal_closed("arm_0", old.number, now_s=1.5)
    assert send(one, now_s=3.0) == []


def test_until_the_version_is_known_one_robot_runs_then_all_share(two: Dispatcher) -> None:
    heard(two, "arm_0", "arm_1", now_s=0.0)
    (first,) = send(two, now_s=0.0)
    assert (first.robot, first.seeds) == ("arm_0", SEEDS)
    assert send(two, now_s=0.1) == []
    shared = send(two, now_s=1.0, open_seeds=SEEDS[1:], version="1.32")
    assert [goal.robot for goal in shared] == ["arm_0", "arm_1"]
    assert sorted(seed for goal in shared for seed in goal.seeds) == list(SEEDS[1:])
    assert {goal.policy_version for goal in shared} == {"1.32"}
    assert send(two, now_s=1.1, open_seeds=SEEDS[1:], version="1.32") == []


def test_a_goal_without_a_version_is_replaced_by_one_that_names_it(one: Dispatcher) -> None:
    heard(one, "arm_0", now_s=0.0)
    send(one, now_s=0.0)
    (pinned,) = send(one, now_s=1.0, open_seeds=SEEDS[1:], version="1.32")
    assert pinned.policy_version == "1.32"
    assert send(one, now_s=2.0, open_seeds=SEEDS[2:], version="1.32") == []


def test_the_seed_that_runs_while_its_goal_is_replaced_comes_last_in_the_new_one(one: Dispatcher) -> None:
    heard(one, "arm_0", now_s=0.0)
    send(one, now_s=0.0)
    (pinned,) = send(one, now_s=1.0, open_seeds=SEEDS[1:], version="1.32")
    assert pinned.seeds == (*SEEDS[2:], SEEDS[1])


def test_seeds_of_a_silent_robot_go_to_the_others(two: Dispatcher) -> None:
    heard(two, "arm_0", "arm_1", now_s=0.0)
    shared = send(two, now_s=0.0, version="1.32")
    lost = next(goal.seeds for goal in shared if goal.robot == "arm_1")
    late_s = SILENT_S + 1.0
    heard(two, "arm_0", now_s=late_s, evaluation="e")
    assert send(two, now_s=late_s, version="1.32") == []
    (goal,) = send(two, now_s=late_s, open_seeds=lost, version="1.32")
    assert (goal.robot, goal.seeds) == ("arm_0", lost)


def test_a_new_evaluation_replaces_the_goals_of_the_old_one(one: Dispatcher) -> None:
    heard(one, "arm_0", now_s=0.0)
    send(one, now_s=0.0)
    following = Evaluation(**{**vars(EVALUATION), "evaluation": "f"})
    (goal,) = one.goals(following, open_seeds=SEEDS, pinned_version="", now_s=0.1)
    assert goal.evaluation == "f"


def test_robots_at_different_tasks_run_their_own_seeds_and_never_another_ones() -> None:
    dispatcher = Dispatcher(robots=("arm_0", "arm_1"), fixed_shares=True)
    heard(dispatcher, "arm_0", "arm_1", now_s=0.0)
    first, second = send(dispatcher, now_s=0.0, version="1.32")
    assert (first.robot, first.seeds) == ("arm_0", (0, 2, 4, 6, 8))
    assert (second.robot, second.seeds) == ("arm_1", (1, 3, 5, 7, 9))
    dispatcher.on_goal_closed("arm_0", first.number, now_s=1.0)
    heard(dispatcher, "arm_0", now_s=1.0)
    later = 1.0 + SILENT_S + RETRY_S  # arm_1 has fallen silent, and nobody takes what it leaves
    heard(dispatcher, "arm_0", now_s=later)
    assert send(dispatcher, now_s=later, open_seeds=(1, 3, 5), version="1.32") == []
