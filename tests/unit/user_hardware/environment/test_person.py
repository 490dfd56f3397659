"""Several devices as one person."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from user_core.testing.drivers import FakeTeleop
from user_core.types import Outcome
from user_hardware.environment.person import Person
from user_hardware.teleop.buttons import ButtonsConfig
from user_hardware.teleop.config import TeleopConfig

PUSH = np.array([0.5, 0, 0, 0, 0, 0])
BUTTONS = ButtonsConfig(stop=4, open_gripper=2, close_gripper=3)
GRIPPER, SECOND, STOP = (True,), (False, True), (False,) * 4 + (True,)


class Table:
    """Two devices, a gripper and the person behind them."""

    def __init__(self, *, take_over: str = "motion", has_gripper: bool = True, **arguments: Any) -> None:
        self.first, self.second = FakeTeleop(now_s=lambda: 0.0), FakeTeleop(now_s=lambda: 0.0)
        self.opening: float | None = None
        self.person = Person(
            devices={"first": self.first, "second": self.second},
            config=TeleopConfig(take_over=take_over, buttons=BUTTONS),
            has_gripper=has_gripper,
            opening=lambda: self.opening,
            **arguments,
        )


def test_nobody_is_there_before_anything_was_received() -> None:
    assert not Table().person.read().engaged


def test_the_later_device_wins_only_after_the_earlier_one_is_released() -> None:
    table = Table()
    table.second.hold(twist=PUSH)
    assert table.person.read().engaged and table.person.owner == "second"
    table.first.hold(twist=-PUSH)
    np.testing.assert_array_equal(table.person.read().twist, PUSH)
    table.second.release()
    np.testing.assert_array_equal(table.person.read().twist, -PUSH)
    assert table.person.owner == "first"


def test_the_stop_button_of_any_device_counts() -> None:
    table = Table()
    table.first.hold(twist=PUSH)
    table.second.hold(buttons=STOP)
    assert table.person.read().stop


def test_holding_the_dead_man_button_without_motion_is_engaged_and_does_not_move() -> None:
    table = Table(take_over="dead_man")
    table.first.hold(buttons=SECOND)
    given = table.person.read()
    assert given.engaged and not given.moves and given.mark is None


def test_nothing_moves_without_the_dead_man_button() -> None:
    table = Table(take_over="dead_man")
    table.first.hold(twist=PUSH)
    assert not table.person.read().engaged
    table.first.hold(twist=PUSH, buttons=SECOND)
    assert table.person.read().moves
    table.first.hold(twist=PUSH, buttons=GRIPPER, gripper=1.0)
    given = table.person.read()
    assert not given.engaged and not given.moves


def test_by_motion_no_button_is_held() -> None:
    table = Table()
    table.first.hold(buttons=SECOND)
    assert not table.person.read().engaged


def test_gripper_buttons_ask_for_an_opening_and_a_short_button_array_is_no_press() -> None:
    table = Table()
    for buttons, asked in [((False, False, True), 1.0), ((False, False, False, True), 0.0), ((False,), None)]:
        table.first.hold(twist=PUSH, buttons=buttons)
        assert table.person.read().gripper == asked


@pytest.mark.parametrize(("opening", "asked"), [(None, 1.0), (0.0, 1.0), (0.4, 1.0), (0.6, 0.0), (1.0, 0.0)])
def test_a_toggle_asks_for_the_other_opening_once(opening: float | None, asked: float) -> None:
    table = Table()
    table.opening = opening
    table.first.hold(twist=PUSH, buttons=GRIPPER)
    assert table.person.read().gripper == asked
    assert table.person.read().gripper is None


def test_a_toggle_quicker_than_a_tick_counts() -> None:
    table = Table()
    table.first.hold(twist=PUSH, buttons=GRIPPER)
    table.first.hold(twist=PUSH)
    assert table.person.read().gripper == 1.0


def test_a_toggle_is_no_motion_and_reaches_the_gripper_of_whoever_had_control_last() -> None:
    table = Table()
    table.first.hold(buttons=GRIPPER)
    assert not table.person.read().engaged
    table.second.hold(twist=PUSH)
    table.person.read()
    table.second.hold(buttons=GRIPPER)
    given = table.person.read()
    assert not given.engaged and given.gripper == 1.0
    table.first.release()
    table.first.hold(buttons=GRIPPER)
    assert table.person.read().gripper is None


@pytest.mark.parametrize(("buttons", "mark"), [(GRIPPER, Outcome.SUCCESS), (SECOND, Outcome.FAILURE)])
def test_two_buttons_mark_success_and_failure_where_there_is_no_gripper_and_no_dead_man(
    buttons: tuple[bool, ...], mark: Outcome
) -> None:
    table = Table(has_gripper=False)
    table.second.hold(buttons=buttons)
    given = table.person.read()
    assert given.mark is mark and not given.engaged and given.gripper is None
    assert table.person.read().mark is None


def test_a_button_that_controls_marks_nothing() -> None:
    gripper, dead_man = Table(), Table(take_over="dead_man", has_gripper=False)
    gripper.first.hold(twist=PUSH, buttons=GRIPPER)
    assert gripper.person.read().mark is None
    dead_man.first.hold(twist=PUSH, buttons=SECOND)
    assert dead_man.person.read().mark is None


def test_failure_outweighs_success() -> None:
    table = Table(has_gripper=False)
    table.first.hold(buttons=GRIPPER)
    table.second.hold(buttons=SECOND)
    assert table.person.read().mark is Outcome.FAILURE


def test_a_task_without_a_gripper_asks_for_no_opening() -> None:
    table = Table(has_gripper=False)
    table.first.hold(twist=PUSH, buttons=(False, False, True), gripper=1.0)
    assert table.person.read().gripper is None


def test_a_lever_asks_for_its_opening_while_its_device_has_control() -> None:
    table = Table()
    table.first.hold(gripper=0.3)
    assert not table.person.read().engaged
    table.first.hold(twist=PUSH, gripper=0.3)
    assert table.person.read().gripper == 0.3


def test_somebody_who_is_not_present_has_let_go_and_what_was_pressed_then_is_forgotten() -> None:
    present = False
    table = Table(has_gripper=False, is_present=lambda name: present)
    table.first.hold(twist=PUSH, buttons=GRIPPER)
    given = table.person.read()
    assert not given.engaged and given.mark is None
    present = True
    given = table.person.read()
    assert given.engaged and given.mark is None


def test_a_device_that_comes_back_counts_its_presses_from_the_beginning() -> None:
    table = Table(has_gripper=False)
    for _ in range(3):
        table.first.hold(buttons=GRIPPER)
        assert table.person.read().mark is Outcome.SUCCESS
        table.first.hold()
        table.person.read()
    table.first.disconnect()
    table.person.read()
    table.first.hold(buttons=GRIPPER)
    assert table.person.read().mark is Outcome.SUCCESS
