"""What is planned at each step of an episode, from the chunks that a policy has answered."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.log_records import SPEC
from user_core.errors import InvalidRecordError
from user_core.types import NO_PLAN, ActionChunk
from user_hardware.environment.plan import ActionPlan

H, A = 5, 2


def plan(version: str = "") -> ActionPlan:
    return ActionPlan(spec=SPEC, source="source", episode="episode", policy_version=version)


def chunk(first_step: int, *, execute: int = 0, level: float = 0.0, version: str = "1.1") -> ActionChunk:
    """A chunk whose action at step k is (level, k / 100)."""
    steps = np.arange(first_step, first_step + H, dtype=np.float32)
    return ActionChunk(
        source="source",
        spec_digest=SPEC.digest,
        episode="episode",
        first_step=first_step,
        execute=execute,
        values=np.stack([np.full(H, level, np.float32), steps / 100], axis=1),
        policy_version=version,
    )


@pytest.mark.parametrize(
    ("step", "planned", "remaining"),
    [(3, 0, 0), (4, 3, 5), (5, 2, 4), (6, 1, 3), (7, 0, 2), (8, 0, 1), (9, 0, 0), (20, 0, 0)],
)
def test_the_first_steps_of_a_chunk_are_planned_and_the_others_are_spare(
    step: int, planned: int, remaining: int
) -> None:
    actions = plan()
    actions.accept(chunk(4, execute=3))
    assert (actions.planned_steps(step), actions.remaining_steps(step)) == (planned, remaining)
    action = actions.action(step)
    assert (action is None) == (remaining == 0)
    if action is not None:
        np.testing.assert_allclose(action, [0.0, step / 100])


def test_all_steps_are_planned_where_nothing_else_is_said() -> None:
    actions = plan()
    actions.accept(chunk(0))
    assert actions.planned_steps(0) == actions.remaining_steps(0) == H


def test_a_new_chunk_replaces_the_old_one_and_an_older_answer_changes_nothing() -> None:
    actions = plan()
    actions.accept(chunk(0, level=0.1))
    actions.accept(chunk(2, level=0.2))
    actions.accept(chunk(1, level=0.3))
    actions.accept(chunk(2, level=0.4))
    action = actions.action(3)
    assert action is not None
    np.testing.assert_allclose(action, [0.2, 0.03])
    assert actions.answers(2) and not actions.answers(3)


def test_an_observation_says_how_much_is_planned() -> None:
    actions = plan()
    assert actions.planned_for(0, taken_over=False) == NO_PLAN
    actions.accept(chunk(0, execute=2))
    assert [actions.planned_for(step, taken_over=False) for step in range(1, 7)] == [1, 0, 0, 0, NO_PLAN, NO_PLAN]


def test_a_chunk_of_which_only_the_spare_is_left_when_a_person_lets_go_is_discarded() -> None:
    for let_go, kept in ((3, True), (4, False)):
        actions = plan()
        actions.planned_for(1, taken_over=True)
        actions.accept(chunk(1, execute=3))
        actions.planned_for(let_go, taken_over=False)
        assert (actions.action(let_go) is not None) == kept
        assert actions.accept(chunk(let_go))
        assert actions.action(let_go) is not None


def test_a_take_over_discards_the_rest_and_what_is_still_on_its_way() -> None:
    actions = plan()
    actions.accept(chunk(0))
    assert actions.planned_for(2, taken_over=True) == NO_PLAN
    assert actions.action(2) is None
    assert actions.accept(chunk(1))
    assert actions.action(2) is None
    actions.accept(chunk(2, level=0.2))
    action = actions.action(3)
    assert action is not None
    np.testing.assert_allclose(action, [0.2, 0.03])


def test_what_is_answered_while_a_person_controls_stays_until_control_is_given_back() -> None:
    actions = plan()
    actions.accept(chunk(0))
    actions.planned_for(2, taken_over=True)
    actions.accept(chunk(2))
    assert actions.planned_for(3, taken_over=True) == NO_PLAN
    assert actions.planned_for(4, taken_over=False) == 3


def test_more_steps_than_fit_the_message_are_as_many_as_fit() -> None:
    actions = plan()
    long = chunk(0)
    values = np.zeros((400, A), np.float32)
    actions.accept(
        ActionChunk(source="source", spec_digest=SPEC.digest, episode="episode", first_step=0, values=values)
    )
    assert long.executed_steps == H
    assert actions.planned_for(0, taken_over=False) == NO_PLAN - 1


def test_one_version_acts_in_an_episode() -> None:
    actions = plan()
    actions.accept(chunk(0, version="1.1"))
    with pytest.raises(InvalidRecordError, match="version in mid-episode"):
        actions.accept(chunk(1, version="1.2"))
    assert actions.policy_version == actions.acting_version == "1.1"
