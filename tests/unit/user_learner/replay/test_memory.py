from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.learning_records import make_episode, make_label, small_spec
from user_core.errors import InvalidRecordError
from user_core.types import Mode, Transition
from user_learner.replay.config import MemoryConfig
from user_learner.replay.memory import SamplingMemory

SPEC = small_spec()


def memory_of(records: list[Transition]) -> SamplingMemory:
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig())
    for record in records:
        memory.add(record)
    return memory


def drawable(memory: SamplingMemory) -> list[int]:
    return sorted(memory.online_rows.tolist())


def test_every_step_with_a_successor_can_be_drawn_and_the_last_record_cannot() -> None:
    memory = memory_of(make_episode(SPEC, length=3))
    assert drawable(memory) == [0, 1, 2]
    assert memory.successor.tolist() == [1, 2, 3, -1]


def test_step_cannot_be_drawn_before_its_successor_came() -> None:
    records = make_episode(SPEC, length=3)
    assert drawable(memory_of(records[:1])) == []
    assert drawable(memory_of(records[:2])) == [0]


def test_next_row_of_another_episode_is_never_a_successor() -> None:
    first = make_episode(SPEC, episode="a", length=2)[:-1]  # killed: its last record never came
    memory = memory_of(first + make_episode(SPEC, episode="b", length=2))
    assert memory.successor.tolist() == [1, -1, 3, 4, -1]
    assert drawable(memory) == [0, 2, 3]


def test_interleaved_robots_keep_their_episodes_apart() -> None:
    a, b = make_episode(SPEC, episode="a", length=2), make_episode(SPEC, episode="b", length=2)
    memory = memory_of([record for pair in zip(a, b, strict=True) for record in pair])
    assert memory.successor.tolist() == [2, 3, 4, 5, -1, -1]


def test_lost_record_leaves_a_gap_that_is_not_bridged_until_it_comes() -> None:
    records = make_episode(SPEC, length=4)
    memory = memory_of([records[0], records[1], records[3], records[4]])
    assert drawable(memory) == [0, 2]
    memory.add(records[2])
    assert drawable(memory) == [0, 1, 2, 4]
    assert memory.successor.tolist() == [1, 4, 3, -1, 2]


def test_truncated_step_keeps_its_discount_and_a_terminated_one_has_none() -> None:
    for outcome, discount in (("timeout", 1.0), ("incomplete", 1.0), ("success", 0.0), ("failure", 0.0)):
        memory = memory_of(make_episode(SPEC, length=2, outcome=outcome))
        assert memory.discounts[1] == discount, outcome
        assert drawable(memory) == [0, 1]


def test_evaluation_is_never_kept() -> None:
    records = make_episode(SPEC, mode=Mode.EVALUATE)
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig())
    assert [memory.add(record) for record in records] == [False] * len(records)
    assert len(memory) == memory.training_steps == 0


def test_duplicate_identity_is_kept_once() -> None:
    records = make_episode(SPEC, length=2)
    memory = memory_of(records)
    assert not memory.add(dataclasses.replace(records[1], source="another", source_sequence=99))
    assert len(memory) == 3
    assert drawable(memory) == [0, 1]


def test_training_steps_are_counted_without_last_records_and_without_demonstrations() -> None:
    memory = memory_of(
        make_episode(SPEC, episode="a", length=3) + make_episode(SPEC, episode="b", length=5, mode=Mode.COLLECT)
    )
    assert memory.training_steps == 3


def test_human_steps_in_training_are_online_and_demonstrations() -> None:
    memory = memory_of(
        make_episode(SPEC, episode="a", length=3, human_steps=(1,))
        + make_episode(SPEC, episode="b", length=2, mode=Mode.COLLECT, human_steps=(0, 1))
    )
    assert drawable(memory) == [0, 1, 2]
    assert sorted(memory.demonstration_rows.tolist()) == [1, 4, 5]


def recorded_practice(**changes: Any) -> tuple[SamplingMemory, list[Transition]]:
    """A memory that has read a training episode in a recording, and the episode's records."""
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig(own_successes=True))
    records = make_episode(SPEC, length=4, human_steps=(1,), **changes)
    for record in records:
        memory.add(record, recorded=True)
    return memory, records


def test_practice_in_a_recording_is_not_that_of_this_run_but_a_persons_steps_in_it_are_demonstrations() -> None:
    memory, _ = recorded_practice()
    assert memory.training_steps == 0
    assert drawable(memory) == []
    assert memory.demonstration_rows.tolist() == [1]


def test_practice_in_a_recording_counts_once_the_log_of_this_run_has_it_too() -> None:
    memory, records = recorded_practice()
    for record in records:
        assert not memory.add(record)
    assert (len(memory), memory.training_steps) == (5, 4)
    assert drawable(memory) == [0, 1, 2, 3]
    assert sorted(memory.demonstration_rows.tolist()) == [0, 1, 2, 3]
    for record in records:
        memory.add(record)
    assert (memory.training_steps, drawable(memory)) == (4, [0, 1, 2, 3])


@pytest.mark.parametrize("outcome", ["timeout", "failure", "incomplete"])
def test_failed_demonstrations_are_not_drawn_though_a_person_did_them(outcome: str) -> None:
    failed = make_episode(SPEC, episode="failed", length=3, mode=Mode.COLLECT, outcome=outcome, human_steps=range(3))
    good = make_episode(SPEC, episode="good", length=2, mode=Mode.COLLECT, human_steps=range(2))
    assert memory_of(failed + good).demonstration_rows.tolist() == [4, 5]


def test_a_demonstration_counts_from_its_end_on() -> None:
    records = make_episode(SPEC, length=3, mode=Mode.COLLECT, human_steps=range(3))
    memory = memory_of(records[:-1])
    assert memory.demonstration_rows.size == 0
    memory.add(records[-1])
    assert memory.demonstration_rows.tolist() == [0, 1, 2]


@pytest.mark.parametrize(("outcome", "label", "rows"), [("success", "failure", []), ("timeout", "success", [0, 1, 2])])
def test_a_label_decides_whether_a_demonstration_is_one(outcome: str, label: str, rows: list[int]) -> None:
    memory = memory_of(make_episode(SPEC, length=3, mode=Mode.COLLECT, outcome=outcome))
    memory.label(make_label(episode="episode", label=label))
    memory.label(make_label(episode="episode", label=label))
    assert memory.demonstration_rows.tolist() == rows


@pytest.mark.parametrize(("reward", "success"), [(0.3, True), (1.0, False)])
@pytest.mark.parametrize("mode", [Mode.COLLECT, Mode.TRAIN])
def test_success_is_a_fact_of_its_own_and_not_read_off_the_reward(reward: float, success: bool, mode: Mode) -> None:
    records = make_episode(SPEC, length=3, mode=mode)
    records[2] = dataclasses.replace(records[2], reward=reward, success=success)
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig(own_successes=True))
    for record in records:
        memory.add(record)
    assert memory.demonstration_rows.tolist() == ([0, 1, 2] if success else [])
    assert len(memory.successful_demonstrations()) == (success and mode is Mode.COLLECT)


def test_frames_and_states_come_back_as_they_went_in() -> None:
    records = make_episode(SPEC, length=3)
    memory = memory_of(records)
    (frames,) = memory.images(np.array([2, 0]))
    np.testing.assert_array_equal(frames[0], records[2].observation.images[0])
    np.testing.assert_array_equal(frames[1], records[0].observation.images[0])
    np.testing.assert_array_equal(memory.states[3], records[3].observation.state)
    np.testing.assert_array_equal(memory.actions[1], records[1].executed_action)


def test_frames_beyond_the_budget_lie_in_a_file_that_a_kill_does_not_leave(tmp_path: Path) -> None:
    spec = small_spec(image_size=64)
    memory = SamplingMemory(spec=spec, config=MemoryConfig(frame_budget_mb=4), folder=tmp_path / "spill")
    records = [record for number in range(6) for record in make_episode(spec, episode=f"episode-{number}", length=99)]
    for record in records:
        memory.add(record)
    mapped = Path("/proc/self/maps").read_text().splitlines()
    assert [line for line in mapped if f"{tmp_path}/spill/" in line and line.endswith("(deleted)")]
    assert list((tmp_path / "spill").iterdir()) == []
    (frames,) = memory.images(np.array([0, 599]))
    np.testing.assert_array_equal(frames[0], records[0].observation.images[0])
    np.testing.assert_array_equal(frames[1], records[599].observation.images[0])


@pytest.mark.parametrize(
    ("label", "reward", "expected"),
    [
        ("success", 0.0, (1.0, 0.0, True)),
        ("failure", 0.0, (0.0, 0.0, False)),
        ("reward", 0.3, (np.float32(0.3), 1.0, False)),
    ],
)
@pytest.mark.parametrize("before_the_end", [True, False])
def test_label_changes_the_last_step_only(
    label: str, reward: float, expected: tuple[float, float, bool], before_the_end: bool
) -> None:
    records = make_episode(SPEC, length=3, outcome="timeout")
    memory = memory_of(records[:2] if before_the_end else records)
    memory.label(make_label(episode="episode", label=label, reward=reward))
    for record in records[2:] if before_the_end else []:
        memory.add(record)
    assert (memory.rewards[2], memory.discounts[2], memory.reached[2]) == expected
    assert memory.rewards[:2].tolist() == [0.0, 0.0]
    assert memory.discounts[:2].tolist() == [1.0, 1.0]


def test_last_label_wins_over_what_the_environment_said_and_over_earlier_labels() -> None:
    memory = memory_of(make_episode(SPEC, length=3, outcome="success"))
    memory.label(make_label(episode="episode", label="failure"))
    assert (memory.rewards[2], memory.discounts[2], memory.reached[2]) == (0.0, 0.0, False)
    memory.label(make_label(episode="episode", label="reward", reward=0.5))
    assert (memory.rewards[2], memory.discounts[2], memory.reached[2]) == (0.5, 0.0, True)


def test_unknown_label_is_refused() -> None:
    with pytest.raises(InvalidRecordError, match="label"):
        memory_of(make_episode(SPEC)).label(make_label(episode="episode", label="splendid"))


def test_only_closed_whole_and_successful_collected_episodes_are_demonstrations() -> None:
    good = make_episode(SPEC, episode="good", length=3, mode=Mode.COLLECT)
    failed = make_episode(SPEC, episode="failed", length=3, mode=Mode.COLLECT, outcome="timeout")
    unclosed = make_episode(SPEC, episode="unclosed", length=3, mode=Mode.COLLECT)[:-1]
    with_gap = make_episode(SPEC, episode="gap", length=3, mode=Mode.COLLECT)
    del with_gap[1]
    practice = make_episode(SPEC, episode="practice", length=3, mode=Mode.TRAIN)
    memory = memory_of(good + failed + unclosed + with_gap + practice)
    assert [rows.tolist() for rows in memory.successful_demonstrations()] == [[0, 1, 2, 3]]
    memory.label(make_label(episode="failed", label="success"))
    assert len(memory.successful_demonstrations()) == 2


def test_rebuilt_memory_has_the_same_digest() -> None:
    records = make_episode(SPEC, episode="a") + make_episode(SPEC, episode="b", mode=Mode.COLLECT)
    first, second = memory_of(records), memory_of(records)
    assert first.digest() == second.digest()
    first.label(make_label(episode="a", label="failure"))
    assert first.digest() != second.digest()
    second.label(make_label(episode="a", label="failure"))
    assert first.digest() == second.digest()


@pytest.mark.parametrize("what", ["state", "image", "action", "reward", "spec"])
def test_record_that_does_not_fit_is_refused_and_leaves_nothing_behind(what: str) -> None:
    record = make_episode(SPEC)[0]
    observation = record.observation
    broken = {
        "state": lambda: dataclasses.replace(
            record, observation=dataclasses.replace(observation, state=np.full_like(observation.state, np.nan))
        ),
        "image": lambda: dataclasses.replace(
            record, observation=dataclasses.replace(observation, images=(np.zeros((4, 4, 3), np.uint8),))
        ),
        "action": lambda: dataclasses.replace(record, executed_action=np.array([np.nan, 0], np.float32)),
        "reward": lambda: dataclasses.replace(record, reward=float("inf")),
        "spec": lambda: dataclasses.replace(
            record, observation=dataclasses.replace(observation, spec_digest="another")
        ),
    }[what]()
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig())
    with pytest.raises(InvalidRecordError):
        memory.add(broken)
    assert len(memory) == 0
    assert memory.add(record)


@pytest.mark.parametrize(
    ("outcome", "rows"), [("success", [0, 1, 2]), ("timeout", []), ("failure", []), ("incomplete", [])]
)
def test_own_successes_count_as_demonstrations_when_asked_for(outcome: str, rows: list[int]) -> None:
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig(own_successes=True))
    for record in make_episode(SPEC, length=3, outcome=outcome):
        memory.add(record)
    assert memory.demonstration_rows.tolist() == rows
    assert drawable(memory) == [0, 1, 2]


def test_a_persons_steps_of_an_own_success_are_not_counted_twice() -> None:
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig(own_successes=True))
    for record in make_episode(SPEC, length=3, human_steps=[1]):
        memory.add(record)
    assert sorted(memory.demonstration_rows.tolist()) == [0, 1, 2]


def test_practice_is_no_demonstration_by_default() -> None:
    assert memory_of(make_episode(SPEC, length=3)).demonstration_rows.size == 0


@pytest.mark.parametrize(("outcome", "label", "rows"), [("success", "failure", []), ("timeout", "success", [0, 1, 2])])
def test_a_label_decides_whether_an_own_episode_is_a_success(outcome: str, label: str, rows: list[int]) -> None:
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig(own_successes=True))
    for record in make_episode(SPEC, length=3, outcome=outcome):
        memory.add(record)
    for record in make_episode(SPEC, episode="collected", length=2, mode=Mode.COLLECT):
        memory.add(record)
    memory.label(make_label(episode="episode", label=label))
    assert sorted(memory.demonstration_rows.tolist()) == [*rows, 4, 5]


def undecided_episode(outcome: str = "success", **settings: Any) -> list[Transition]:
    *before, last = make_episode(SPEC, length=3, outcome=outcome, **settings)
    return [*before, dataclasses.replace(last, awaits_verdict=True)]


def test_the_step_before_the_end_is_no_sample_nor_part_of_one_until_a_person_has_judged_the_episode() -> None:
    memory = memory_of(undecided_episode())
    assert drawable(memory) == [0, 1]
    assert memory.successor.tolist() == [1, 2, -1]
    assert memory.awaited_verdict == "episode"
    memory.label(make_label(episode="episode", label="failure"))
    assert memory.awaited_verdict == ""
    assert drawable(memory) == [0, 1, 2]
    assert (memory.rewards[2], memory.discounts[2], memory.reached[2]) == (0.0, 0.0, False)


def test_a_verdict_that_comes_before_the_end_decides_it_at_once() -> None:
    memory = memory_of([])
    memory.label(make_label(episode="episode", label="success"))
    for record in undecided_episode("timeout"):
        memory.add(record)
    assert memory.awaited_verdict == ""
    assert (memory.rewards[2], memory.discounts[2], memory.reached[2]) == (1.0, 0.0, True)


def test_a_later_label_wins_over_the_verdict() -> None:
    memory = memory_of(undecided_episode())
    for label in ("success", "failure"):
        memory.label(make_label(episode="episode", label=label))
    assert (memory.rewards[2], memory.reached[2]) == (0.0, False)


def test_an_undecided_demonstration_counts_once_it_is_called_a_success() -> None:
    memory = memory_of(undecided_episode(mode=Mode.COLLECT))
    assert memory.successful_demonstrations() == []
    memory.label(make_label(episode="episode", label="success"))
    assert [rows.tolist() for rows in memory.successful_demonstrations()] == [[0, 1, 2, 3]]


def test_an_undecided_episode_of_a_recording_is_nothing_to_wait_for() -> None:
    memory = memory_of([])
    for record in undecided_episode():
        memory.add(record, recorded=True)
    assert memory.awaited_verdict == ""


def test_an_evaluation_is_nothing_to_wait_for() -> None:
    assert memory_of(undecided_episode(mode=Mode.EVALUATE)).awaited_verdict == ""
