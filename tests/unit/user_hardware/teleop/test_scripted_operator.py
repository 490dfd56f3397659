"""When the scripted person has its hands on the device."""

from __future__ import annotations

import numpy as np
import pytest

from user_core.transforms import Pose, add_delta
from user_core.types import TaskState
from user_hardware.teleop.expert import ExpertView
from user_hardware.teleop.experts.insertion import InsertionExpert, InsertionExpertConfig
from user_hardware.teleop.scripted_operator import DeviceInput, ScriptedOperator, ScriptedOperatorConfig
from user_hardware.teleop.supervision import CorrectionConfig

TARGET = Pose(position=np.array([0.5, 0.0, 0.095]), quaternion=np.array([1.0, 0, 0, 0]))
START = add_delta(TARGET, np.array([0.03, 0.02, 0.08, 0, 0, 0.2]))


def operator(*, corrects: bool = False) -> ScriptedOperator:
    correction = CorrectionConfig(enabled=corrects, patience_ticks=3, release_ticks=2)
    expert = InsertionExpert(config=InsertionExpertConfig())
    return ScriptedOperator(config=ScriptedOperatorConfig(correction=correction), expert=expert)


def answer(person: ScriptedOperator, pose: Pose = START) -> DeviceInput | None:
    state = TaskState(task="peg_insertion", success=False)
    return person.answer(ExpertView(tcp_pose=pose, gripper_width_m=0.024, target_pose=TARGET, state=state))


def is_released(value: DeviceInput | None) -> bool:
    return value is not None and not value.dead_man and not np.any(value.twist)


@pytest.mark.parametrize("state", ["AUTONOMOUS", "TAKEOVER", "HANDBACK"])
def test_it_demonstrates_in_an_episode_of_mode_collect(state: str) -> None:
    person = operator()
    person.watch(state=state, mode="collect", episode="one")
    value = answer(person)
    assert value is not None
    assert value.dead_man
    assert np.any(value.twist)


@pytest.mark.parametrize("state", ["WAITING", "RESET", "HOLD"])
def test_it_lets_go_between_the_episodes_but_answers(state: str) -> None:
    person = operator()
    person.watch(state=state, mode="collect", episode="one")
    assert is_released(answer(person))


def test_it_lets_go_while_it_does_not_see_everything() -> None:
    person = operator()
    person.watch(state="AUTONOMOUS", mode="collect", episode="one")
    assert is_released(person.answer(None))


@pytest.mark.parametrize("mode", ["train", "evaluate", ""])
def test_it_is_not_there_in_other_episodes(mode: str) -> None:
    person = operator()
    person.watch(state="AUTONOMOUS", mode=mode, episode="one")
    assert answer(person) is None


def test_it_lets_go_before_it_leaves() -> None:
    person = operator()
    person.watch(state="TAKEOVER", mode="collect", episode="one")
    answer(person)
    person.watch(state="AUTONOMOUS", mode="train", episode="two")
    assert is_released(answer(person))
    assert answer(person) is None


def test_it_corrects_a_policy_without_progress() -> None:
    person = operator(corrects=True)
    person.watch(state="AUTONOMOUS", mode="train", episode="one")
    held = [value.dead_man for value in (answer(person) for _ in range(5)) if value is not None]
    assert held == [False, False, False, True, True]


def test_it_begins_anew_at_each_take_over(monkeypatch: pytest.MonkeyPatch) -> None:
    person = operator(corrects=True)
    seeds: list[int] = []
    monkeypatch.setattr(InsertionExpert, "reset", lambda expert, seed: seeds.append(seed))
    person.watch(state="AUTONOMOUS", mode="train", episode="one")
    assert len(seeds) == 1
    held = []
    for height in [0.08] * 5 + [0.07, 0.06, 0.05] + [0.05] * 6:  # stuck, corrected to where it is better, stuck again
        value = answer(person, add_delta(TARGET, np.array([0, 0, height, 0, 0, 0])))
        assert value is not None
        held.append(value.dead_man)
    take_overs = sum(now and not before for before, now in zip([False, *held], held, strict=False))
    assert take_overs == 2
    assert len(set(seeds)) == 1 + take_overs


def test_it_leaves_a_policy_with_progress_alone() -> None:
    person = operator(corrects=True)
    person.watch(state="AUTONOMOUS", mode="train", episode="one")
    for height in np.linspace(0.08, 0.02, 15):
        assert is_released(answer(person, add_delta(TARGET, np.array([0, 0, height, 0, 0, 0]))))


def test_it_never_corrects_an_evaluation() -> None:
    person = operator(corrects=True)
    person.watch(state="AUTONOMOUS", mode="evaluate", episode="one")
    assert all(answer(person) is None for _ in range(10))
