"""Presses as a device."""

from __future__ import annotations

import numpy as np
import pytest

from user_hardware.console.hand import HandConfig, KeyboardHand
from user_hardware.console.keys import Ask, ChangeSpeed, Mark, Move, StandStill, ToggleGripper
from user_hardware.teleop.buttons import KeyboardButton

FORWARD, LEFT = Move(axis=0, sign=1.0), Move(axis=1, sign=1.0)


def hand() -> KeyboardHand:
    return KeyboardHand(config=HandConfig(speed=0.4, key_hold_s=0.25, repeat_gap_s=0.7))


def down(person: KeyboardHand, now_s: float) -> set[KeyboardButton]:
    return {button for button, is_down in zip(KeyboardButton, person.buttons(now_s), strict=True) if is_down}


def test_a_press_runs_out() -> None:
    person = hand()
    person.take(FORWARD, 1.0)
    np.testing.assert_array_equal(person.twist(1.24), [0.4, 0, 0, 0, 0, 0])
    assert not np.any(person.twist(1.26))


def test_repetitions_keep_it_up_and_two_keys_add() -> None:
    person = hand()
    for now_s in (1.0, 1.2, 1.4):
        person.take(FORWARD, now_s)
    person.take(LEFT, 1.5)
    np.testing.assert_array_equal(person.twist(1.6), [0.4, 0.4, 0, 0, 0, 0])


def test_the_opposite_key_turns_round() -> None:
    person = hand()
    person.take(FORWARD, 1.0)
    person.take(Move(axis=0, sign=-1.0), 1.1)
    assert person.twist(1.2)[0] == -0.4


def test_a_motion_key_is_a_dead_man_button_too_and_standing_still_has_one_of_its_own() -> None:
    person = hand()
    person.take(FORWARD, 1.0)
    assert down(person, 1.1) == {KeyboardButton.DEAD_MAN}
    assert down(person, 1.3) == set()
    person.take(StandStill(), 2.0)
    assert down(person, 2.1) == {KeyboardButton.DEAD_MAN} and not np.any(person.twist(2.1))


@pytest.mark.parametrize(
    ("intent", "button"),
    [
        (ToggleGripper(), KeyboardButton.TOGGLE_GRIPPER),
        (Mark(success=True), KeyboardButton.SUCCESS),
        (Mark(success=False), KeyboardButton.FAILURE),
    ],
)
def test_gripper_and_marks_are_buttons_that_come_up_again(intent: ToggleGripper | Mark, button: KeyboardButton) -> None:
    person = hand()
    person.take(intent, 1.0)
    assert down(person, 1.1) == {button} and down(person, 1.3) == set()


def test_a_key_that_is_kept_down_is_one_press() -> None:
    person = hand()
    times_s = [1.0, 1.5, *np.arange(1.54, 3.0, 0.04)]
    assert [person.is_new(ToggleGripper(), now_s) for now_s in times_s] == [True] + [False] * (len(times_s) - 1)
    assert person.is_new(Mark(success=True), 2.9)
    assert person.is_new(ToggleGripper(), 4.0)


def test_a_request_gets_through_to_somebody_who_presses_again_and_again() -> None:
    person = hand()
    hold = Ask(service="hold")
    assert [person.is_new(hold, now_s) for now_s in (0.0, 0.3, 0.6, 0.9, 1.2)] == [True, False, False, True, False]


def test_the_speed_stays_within_its_limits() -> None:
    person = hand()
    for _ in range(30):
        person.take(ChangeSpeed(factor=1.25), 0.0)
    assert person.speed == 1.0
    for _ in range(60):
        person.take(ChangeSpeed(factor=0.8), 0.0)
    person.take(FORWARD, 1.0)
    assert person.twist(1.1)[0] == person.speed == 0.02
