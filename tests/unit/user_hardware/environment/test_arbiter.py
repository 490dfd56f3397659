"""Every row of the arbiter's table, and the counting that leads from one row to the next."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from user_core.types import ActionSource
from user_hardware.environment.arbiter import TABLE, Arbiter, ControlEvent, ControlState
from user_hardware.environment.person import ABSENT, PersonInput
from user_hardware.environment.safety_config import ArbiterConfig

S, E = ControlState, ControlEvent
POLICY = np.full(6, 0.8, np.float32)
PERSON = np.full(6, -0.5, np.float32)
HANDS_ON = PersonInput(engaged=True, twist=np.ones(6), gripper=None, stop=False)
STOP = PersonInput(engaged=False, twist=np.zeros(6), gripper=None, stop=True)


def arbiter_in(state: ControlState) -> Arbiter:
    arbiter = Arbiter(config=ArbiterConfig(hold_ticks=2, blend_ticks=3))
    arbiter.state = state
    return arbiter


def taken_over() -> Arbiter:
    arbiter = arbiter_in(S.AUTONOMOUS)
    arbiter.observe(HANDS_ON)
    return arbiter


# The design's table, written out once more: state, event, next state.
ROWS = [
    (S.AUTONOMOUS, E.PERSON_MOVES, S.TAKEOVER),
    (S.AUTONOMOUS, E.PERSON_RELEASED, S.AUTONOMOUS),
    (S.AUTONOMOUS, E.FAULT, S.HOLD),
    (S.TAKEOVER, E.PERSON_MOVES, S.TAKEOVER),
    (S.TAKEOVER, E.PERSON_RELEASED, S.HANDBACK),
    (S.TAKEOVER, E.FAULT, S.HOLD),
    (S.HANDBACK, E.PERSON_MOVES, S.TAKEOVER),
    (S.HANDBACK, E.PERSON_RELEASED, S.HANDBACK),
    (S.HANDBACK, E.BLENDED, S.AUTONOMOUS),
    (S.HANDBACK, E.FAULT, S.HOLD),
    (S.RESET, E.PERSON_MOVES, S.HOLD),
    (S.RESET, E.PERSON_RELEASED, S.RESET),
    (S.RESET, E.FAULT, S.HOLD),
    (S.RESET, E.EPISODE_OPENS, S.AUTONOMOUS),
    (S.HOLD, E.PERSON_MOVES, S.HOLD),
    (S.HOLD, E.PERSON_RELEASED, S.HOLD),
    (S.HOLD, E.FAULT, S.HOLD),
    (S.HOLD, E.RESET_BEGINS, S.HOLD),
    (S.HOLD, E.RESUME, S.WAITING),
    (S.WAITING, E.RESET_BEGINS, S.RESET),
    (S.WAITING, E.PERSON_MOVES, S.WAITING),
    (S.WAITING, E.FAULT, S.HOLD),
    *[(state, E.EPISODE_ENDS, S.WAITING) for state in (S.AUTONOMOUS, S.TAKEOVER, S.HANDBACK)],
]


@pytest.mark.parametrize(("state", "event", "expected"), ROWS)
def test_row(state: ControlState, event: ControlEvent, expected: ControlState) -> None:
    arbiter = arbiter_in(state)
    arbiter.handle(event)
    assert arbiter.state is expected


def test_nothing_but_resume_leads_out_of_hold() -> None:
    for event in ControlEvent:
        arbiter = arbiter_in(S.HOLD)
        arbiter.handle(event)
        assert (arbiter.state is S.HOLD) == (event is not E.RESUME)


def test_every_state_can_be_stopped() -> None:
    assert {state for state, event in TABLE if event is E.FAULT} == set(ControlState)


@pytest.mark.parametrize("state", [S.RESET, S.HOLD, S.WAITING])
def test_the_policy_is_ignored_when_it_has_no_control(state: ControlState) -> None:
    decision = arbiter_in(state).choose(policy_action=POLICY, person_action=PERSON)
    assert decision.source is ActionSource.HOLD and decision.action is None


def test_the_policy_commands_when_autonomous() -> None:
    decision = arbiter_in(S.AUTONOMOUS).choose(policy_action=POLICY, person_action=None)
    assert decision.source is ActionSource.POLICY
    np.testing.assert_array_equal(decision.action, POLICY)


def test_a_missing_answer_keeps_the_target() -> None:
    for state in (S.AUTONOMOUS, S.HANDBACK):
        decision = arbiter_in(state).choose(policy_action=None, person_action=None)
        assert decision.source is ActionSource.HOLD and decision.action is None


def test_a_person_who_holds_the_device_without_motion_stands_still() -> None:
    decision = taken_over().choose(policy_action=POLICY, person_action=None)
    assert decision.source is ActionSource.HUMAN and decision.action is None


def test_a_person_commands_in_takeover_whatever_the_policy_says() -> None:
    decision = taken_over().choose(policy_action=POLICY, person_action=PERSON)
    assert decision.source is ActionSource.HUMAN
    np.testing.assert_array_equal(decision.action, PERSON)


def test_after_letting_go_nobody_decides_until_control_goes_back() -> None:
    arbiter = taken_over()
    arbiter.observe(ABSENT)
    decision = arbiter.choose(policy_action=POLICY, person_action=None)
    assert arbiter.state is S.TAKEOVER
    assert decision.source is ActionSource.HOLD and decision.action is None


def test_who_demonstrates_and_pauses_still_demonstrates() -> None:
    arbiter = arbiter_in(S.RESET)
    arbiter.open_episode(policy_present=False)
    arbiter.observe(HANDS_ON)
    arbiter.observe(ABSENT)
    assert arbiter.choose(policy_action=None, person_action=None).source is ActionSource.HUMAN


def test_control_goes_back_only_after_the_hold_time_and_is_blended_in() -> None:
    arbiter = arbiter_in(S.AUTONOMOUS)
    arbiter.observe(HANDS_ON)
    assert arbiter.state is S.TAKEOVER
    arbiter.observe(ABSENT)
    assert arbiter.state is S.TAKEOVER
    arbiter.observe(ABSENT)
    assert arbiter.state is S.HANDBACK
    shares = []
    for _ in range(4):
        decision = arbiter.choose(policy_action=POLICY, person_action=None)
        assert decision.action is not None
        shares.append((decision.source, float(decision.action[0] / POLICY[0])))
    sources, parts = zip(*shares, strict=True)
    assert sources == (ActionSource.BLEND,) * 3 + (ActionSource.POLICY,)
    assert all(later > earlier for earlier, later in itertools.pairwise(parts))


def test_a_gripper_is_never_blended_and_the_policys_answer_stays_as_it_came() -> None:
    arbiter = Arbiter(config=ArbiterConfig(hold_ticks=2, blend_ticks=3), gripper_axis=6)
    arbiter.state = S.HANDBACK
    closed = np.append(POLICY, np.float32(-1.0))
    for _ in range(3):
        decision = arbiter.choose(policy_action=closed, person_action=None)
        assert decision.source is ActionSource.BLEND and decision.action is not None
        assert decision.action[6] == -1.0 and decision.action[0] < POLICY[0]
    np.testing.assert_array_equal(closed, np.append(POLICY, np.float32(-1.0)))


def test_touching_the_device_while_handing_back_takes_over_again() -> None:
    arbiter = arbiter_in(S.HANDBACK)
    arbiter.observe(HANDS_ON)
    assert arbiter.state is S.TAKEOVER
    assert arbiter.takeovers == 1


def test_without_a_policy_control_is_never_handed_back() -> None:
    arbiter = arbiter_in(S.RESET)
    arbiter.open_episode(policy_present=False)
    arbiter.observe(HANDS_ON)
    for _ in range(10):
        arbiter.observe(ABSENT)
    assert arbiter.state is S.TAKEOVER


def test_a_stop_button_holds_from_every_state() -> None:
    for state in ControlState:
        arbiter = arbiter_in(state)
        arbiter.observe(STOP)
        assert arbiter.state is S.HOLD


def test_a_device_is_released_only_after_the_hold_time() -> None:
    arbiter = arbiter_in(S.WAITING)
    arbiter.observe(HANDS_ON)
    assert not arbiter.released
    arbiter.observe(ABSENT)
    assert not arbiter.released
    arbiter.observe(ABSENT)
    assert arbiter.released
