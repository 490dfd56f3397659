"""When the next chunk is computed, and what it continues."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.support.learning_records import make_observation
from tests.support.policy_samples import SPEC
from user_core.types import NO_PLAN, ActionChunk, Observation
from user_policies.serving.chunk_schedule import ChunkSchedule

H, EXECUTE = 6, 4


def observation(step: int, *, planned: int = NO_PLAN, delay: int = 0, episode: str = "e") -> Observation:
    one = make_observation(SPEC, episode=episode, step=step)
    return dataclasses.replace(one, planned_steps=planned, delay_steps=delay)


def schedule(*, first_step: int = 10) -> ChunkSchedule:
    """One that has sent a chunk whose action at step k is k / 100."""
    made = ChunkSchedule()
    steps = np.arange(first_step, first_step + H, dtype=np.float32)[:, None]
    made.sent(
        ActionChunk(
            source="source",
            spec_digest=SPEC.digest,
            episode="e",
            first_step=first_step,
            execute=EXECUTE,
            values=np.broadcast_to(steps / 100, (H, SPEC.action_dim)).astype(np.float32),
        )
    )
    return made


@pytest.mark.parametrize(
    ("planned", "delay", "wanted"),
    [(NO_PLAN, 0, True), (0, 0, True), (1, 0, False), (2, 1, False), (1, 1, True), (3, 4, True), (254, 20, False)],
)
def test_an_answer_is_due_when_no_more_is_planned_than_will_be_executed_before_it_arrives(
    planned: int, delay: int, wanted: bool
) -> None:
    assert ChunkSchedule().wants_answer(observation(3, planned=planned, delay=delay)) is wanted


def test_observations_from_before_the_last_chunk_arrived_are_left() -> None:
    made = schedule()
    assert not made.wants_answer(observation(12, planned=0, delay=3))
    assert made.wants_answer(observation(12, planned=2, delay=3))


def test_a_chunk_that_never_arrived_is_computed_anew() -> None:
    made = schedule()
    wanted = [made.wants_answer(observation(step, planned=0, delay=3)) for step in (11, 12, 13)]
    assert wanted == [False, False, True]


def test_a_person_who_controls_is_always_answered() -> None:
    made = schedule()
    assert all(made.wants_answer(observation(step)) for step in (11, 12, 13))


def test_a_chunk_continues_the_last_one_from_its_own_first_step_on() -> None:
    prefix = schedule().prefix(observation(12, planned=2, delay=3))
    assert prefix is not None
    assert prefix.frozen == 3
    np.testing.assert_allclose(prefix.values[:, 0], [0.12, 0.13, 0.14, 0.15])


def test_no_more_is_frozen_than_there_is() -> None:
    prefix = schedule().prefix(observation(14, planned=0, delay=5))
    assert prefix is not None
    assert (prefix.frozen, len(prefix.values)) == (2, 2)


@pytest.mark.parametrize(
    "one",
    [
        observation(12),
        observation(12, planned=2, delay=3, episode="other"),
        observation(16, planned=0),
        observation(10, planned=0),
    ],
    ids=["nothing is planned", "another episode", "run out", "the same observation"],
)
def test_where_nothing_is_continued_there_is_no_prefix(one: Observation) -> None:
    assert schedule().prefix(one) is None


def test_the_very_same_observation_gets_the_same_chunk() -> None:
    made = schedule()
    assert made.repeated(observation(10)) is not None
    assert made.wants_answer(observation(10, planned=0))
    assert made.repeated(observation(11)) is None
    assert made.repeated(observation(10, episode="other")) is None
