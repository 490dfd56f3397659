"""What may be imitated: demonstrations and corrections of closed successes, and nothing else."""

from __future__ import annotations

import dataclasses

import pytest

from tests.support.learning_records import make_episode, make_label, small_spec
from user_core.types import ActionSource, Mode
from user_learner.replay.config import MemoryConfig
from user_learner.replay.memory import SamplingMemory

SPEC = small_spec(cameras=0)


def memory_of(*, recorded: bool = False, **episode: object) -> SamplingMemory:
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig())
    for record in make_episode(SPEC, **episode):  # type: ignore[arg-type]
        memory.add(record, recorded=recorded)
    return memory


def test_a_persons_steps_count_once_their_episode_has_closed_with_success() -> None:
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig())
    *before, last = make_episode(SPEC, length=5, human_steps=(1, 2))
    for record in before:
        memory.add(record)
    assert memory.imitation.corrected.tolist() == []
    memory.add(last)
    assert memory.imitation.corrected.tolist() == [1, 2]
    assert memory.imitation.shown.tolist() == []


@pytest.mark.parametrize("outcome", ["failure", "timeout", "incomplete"])
def test_what_led_nowhere_is_not_imitated(outcome: str) -> None:
    assert memory_of(length=5, human_steps=(1, 2), outcome=outcome).imitation.corrected.tolist() == []
    assert memory_of(length=5, mode=Mode.COLLECT, outcome=outcome).imitation.shown.tolist() == []


def test_all_of_a_demonstration_counts_whoever_acted() -> None:
    memory = memory_of(length=3, mode=Mode.COLLECT, human_steps=(0,))
    assert memory.imitation.shown.tolist() == [0, 1, 2]
    assert memory.imitation.corrected.tolist() == []


def test_the_last_label_wins_either_way() -> None:
    memory = memory_of(episode="a", length=4, human_steps=(3,), outcome="timeout")
    memory.label(make_label(episode="a", label="success"))
    assert memory.imitation.corrected.tolist() == [3]
    memory.label(make_label(episode="a", label="failure"))
    assert memory.imitation.corrected.tolist() == []


def test_an_evaluation_never_enters() -> None:
    memory = memory_of(length=4, human_steps=(1,), mode=Mode.EVALUATE)
    assert len(memory) == len(memory.imitation.corrected) == len(memory.imitation.take_overs) == 0


def test_corrections_of_a_recording_are_imitated_and_are_no_take_overs_of_this_run() -> None:
    memory = memory_of(length=4, human_steps=(1, 2), recorded=True)
    assert memory.imitation.corrected.tolist() == [1, 2]
    assert memory.imitation.take_overs.tolist() == []


def test_a_take_over_is_the_first_of_a_persons_steps_in_a_row() -> None:
    memory = memory_of(length=9, human_steps=(0, 1, 4, 5, 8), outcome="failure")
    assert memory.imitation.take_overs.tolist() == [0, 4, 8]


def test_a_hand_that_pauses_takes_over_once() -> None:
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig())
    for record in make_episode(SPEC, length=9, human_steps=(2, 3, 5, 8)):
        pauses = record.observation.step in (4, 6)  # step 7 is the policy's again
        memory.add(dataclasses.replace(record, action_source=ActionSource.HOLD) if pauses else record)
    assert memory.imitation.take_overs.tolist() == [2, 8]


def test_take_overs_of_this_run_count_where_its_log_was_recorded_as_well() -> None:
    memory = memory_of(length=4, human_steps=(1, 2), recorded=True)
    for record in make_episode(SPEC, length=4, human_steps=(1, 2)):
        memory.add(record)
    assert memory.imitation.take_overs.tolist() == [1]
    assert memory.training_steps == 4


def test_the_step_before_is_known_by_proof() -> None:
    first = make_episode(SPEC, episode="a", length=2)[:-1]
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig())
    for record in first + make_episode(SPEC, episode="b", length=2):
        memory.add(record)
    assert memory.predecessor.tolist() == [-1, 0, -1, 2, 3]
