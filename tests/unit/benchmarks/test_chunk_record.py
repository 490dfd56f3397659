from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from benchmarks.chunk_record import ChunkRecord, quantiles
from tests.support.log_records import SPEC, transition
from user_core.types import ActionChunk, ActionSource, SafetyFlag, StateArray, StepType, Transition


def chunk(first_step: int, levels: list[float]) -> ActionChunk:
    """A chunk whose first axis takes these levels."""
    values = np.stack([np.array(levels, np.float32), np.zeros(len(levels), np.float32)], axis=1)
    return ActionChunk(source="s", spec_digest=SPEC.digest, episode="e", first_step=first_step, values=values)


def done(step: int, asked: float, *, executed: float | None = None, **fields: object) -> Transition:
    return transition(
        episode="e",
        step=step,
        action_source=ActionSource.POLICY,
        policy_action=action(asked),
        executed_action=action(asked if executed is None else executed),
        **fields,
    )


def action(level: float) -> StateArray:
    return np.array([level, 0.0], np.float32)


def two_chunks() -> ChunkRecord:
    """A chunk that rises, and from step 3 on one that falls; it repeats the old one's action for step 2."""
    record = ChunkRecord()
    record.answer(chunk(0, [0.0, 0.1, 0.2, 0.3, 0.4]))
    record.answer(chunk(2, [0.2, -0.5, -0.6]))
    for step, level in enumerate([0.0, 0.1, 0.2, -0.5, -0.6]):
        record.close(done(step, level))
    return record


def test_jumps_are_told_apart_by_whether_another_chunk_sets_in() -> None:
    within, between = two_chunks().jumps()
    assert within == pytest.approx([0.1, 0.1, 0.1])
    assert between == pytest.approx([0.7])


def test_steps_of_different_episodes_are_no_neighbours() -> None:
    record = two_chunks()
    record.chunks["f"].append(dataclasses.replace(chunk(5, [0.9]), episode="f"))
    other = done(5, 0.9)
    record.close(dataclasses.replace(other, observation=dataclasses.replace(other.observation, episode="f")))
    within, between = record.jumps()
    assert (len(within), len(between)) == (3, 1)
    assert record.ticks == 6


def test_what_no_chunk_asked_for_and_what_was_executed_otherwise_is_counted() -> None:
    record = two_chunks()
    assert (record.of_no_chunk(), record.altered(tolerance=1e-3)) == (0, 0)
    record.close(done(5, 0.33))
    record.close(done(4, -0.6, executed=-0.5))
    record.close(done(3, -0.5, executed=-0.4, safety_flags=SafetyFlag.CLIPPED_BOX))
    assert (record.of_no_chunk(), record.altered(tolerance=1e-3)) == (1, 1)


def test_misses_are_those_marked_and_the_last_record_is_no_step() -> None:
    record = two_chunks()
    record.close(done(5, 0.0, safety_flags=SafetyFlag.DEADLINE_MISSED))
    record.close(done(6, 0.0, step_type=StepType.LAST))
    assert (record.deadline_misses(), record.ticks) == (1, 6)


def test_a_chunk_sent_again_counts_once_and_an_empty_one_not_at_all() -> None:
    record = two_chunks()
    record.answer(chunk(2, [0.2, -0.5, -0.6]))
    record.answer(dataclasses.replace(chunk(4, [0.0]), values=np.zeros((0, 0), np.float32)))
    assert [one.first_step for one in record.chunks["e"]] == [0, 2]


def test_figures_are_mean_quantile_and_maximum() -> None:
    assert quantiles([0.1, 0.2, 0.3]) == "0.200 / 0.290 / 0.300"
    assert quantiles([]) == "none"
