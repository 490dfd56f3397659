"""The scripted person shows near misses, does the task or gives it up, and says which."""

from __future__ import annotations

import numpy as np
import pytest

from user_core.transforms import FloatArray, Pose, add_delta, subtract
from user_core.types import Outcome, TaskState
from user_hardware.teleop.expert import ExpertView
from user_hardware.teleop.experts.insertion import InsertionExpert, InsertionExpertConfig
from user_hardware.teleop.near_misses import NearMissConfig, NearMisses
from user_hardware.teleop.scripted_marks import ScriptedMarks
from user_hardware.teleop.scripted_operator import ScriptedOperator, ScriptedOperatorConfig

TARGET = Pose(position=np.array([0.5, 0.0, 0.095]), quaternion=np.array([1.0, 0, 0, 0]))
START = add_delta(TARGET, np.array([0.03, 0.02, 0.08, 0, 0, 0.2]))
SCALES = np.array([0.02] * 3 + [0.1] * 3)


def state(*, success: bool) -> TaskState:
    return TaskState(task="peg_insertion", success=success)


def view(pose: Pose, *, success: bool = False) -> ExpertView:
    return ExpertView(tcp_pose=pose, gripper_width_m=0.024, target_pose=TARGET, state=state(success=success))


def near_misses(**settings: float) -> NearMisses:
    config = InsertionExpertConfig()
    return NearMisses(
        config=NearMissConfig(**settings),  # type: ignore[arg-type]
        hand=config,
        expert=InsertionExpert(config=config),
    )


def way(misses: NearMisses, *, ticks: int) -> list[FloatArray]:
    """Follow it in free space; return (6,) from the goal at each tick."""
    pose, places = START, []
    for _ in range(ticks):
        pose = add_delta(pose, misses.act(view(pose)).twist * SCALES)
        places.append(subtract(pose, TARGET))
    return places


def test_it_comes_close_from_all_sides_without_ever_being_there() -> None:
    misses = near_misses()
    places = []
    for seed in range(40):
        misses.reset(seed)
        places += way(misses, ticks=40)
    near = [place for place in places if np.hypot(place[0], place[1]) < 0.012 and place[2] < 0.02]
    far = [place for place in places if np.hypot(place[0], place[1]) > 0.02]
    high = [place for place in places if place[2] > 0.05]
    assert min(len(near), len(far), len(high)) > 50
    assert not [place for place in near if np.linalg.norm(place[:3]) < 0.002]


def test_it_moves_sideways_only_above_everything() -> None:
    misses = near_misses(lift_m=0.04)
    for seed in range(10):
        misses.reset(seed)
        places = way(misses, ticks=40)
        for before, after in zip(places, places[1:], strict=False):
            if np.hypot(*(after[:2] - before[:2])) > 0.008:
                assert before[2] > 0.03


@pytest.mark.parametrize(("share", "given_up"), [(1.0, False), (0.0, True)])
def test_it_ends_with_the_task_done_or_given_up(share: float, given_up: bool) -> None:
    misses = near_misses(success_share=share, visits=2, visit_ticks=5)
    misses.reset(1)
    assert not misses.given_up
    way(misses, ticks=13)
    assert misses.given_up is given_up
    distance_m = float(np.linalg.norm(way(misses, ticks=60)[-1][:3]))
    assert (distance_m < 0.003) is not given_up


def test_success_is_marked_once_as_soon_as_it_is_so() -> None:
    marks = ScriptedMarks(verdict_ticks=3)
    marks.begin()
    said = [marks.of_progress(state(success=success), given_up=False) for success in (False, True, True)]
    assert said == [None, Outcome.SUCCESS, None]


def test_giving_up_is_marked_as_a_failure() -> None:
    marks = ScriptedMarks(verdict_ticks=3)
    marks.begin()
    assert marks.of_progress(state(success=False), given_up=True) is Outcome.FAILURE


def test_a_verdict_takes_a_moment_and_is_given_again_while_it_is_asked_for() -> None:
    marks = ScriptedMarks(verdict_ticks=3)
    said = [marks.of_verdict(state(success=True), asked="one") for _ in range(6)]
    assert said == [None, None, Outcome.SUCCESS, None, None, Outcome.SUCCESS]
    assert marks.of_verdict(state(success=True), asked="two") is None


def test_it_answers_a_question_in_any_mode_with_its_hands_off() -> None:
    expert = InsertionExpert(config=InsertionExpertConfig())
    person = ScriptedOperator(config=ScriptedOperatorConfig(verdict_ticks=1), expert=expert)
    person.watch(state="WAITING", mode="train", episode="", awaits_verdict="one")
    given = person.answer(view(TARGET, success=True))
    assert given is not None and given.mark is Outcome.SUCCESS
    assert not given.dead_man and not np.any(given.twist)
    person.watch(state="RESET", mode="train", episode="")
    released = person.answer(view(TARGET, success=True))
    assert released is not None and released.mark is None


def test_only_when_it_is_to_show_near_misses_does_it_mark_what_it_does() -> None:
    for shows in (False, True):
        config = ScriptedOperatorConfig(near_misses=NearMissConfig(enabled=shows))
        person = ScriptedOperator(config=config, expert=InsertionExpert(config=InsertionExpertConfig()))
        person.watch(state="TAKEOVER", mode="collect", episode="one")
        given = person.answer(view(TARGET, success=True))
        assert given is not None and given.mark is (Outcome.SUCCESS if shows else None)
