"""Several devices as one person."""

from __future__ import annotations

import numpy as np

from user_core.testing.drivers import FakeTeleop
from user_hardware.environment.person import Person
from user_hardware.environment.streams_config import TeleopConfig

PUSH = np.array([0.5, 0, 0, 0, 0, 0])


def two_devices() -> tuple[FakeTeleop, FakeTeleop, Person]:
    first, second = FakeTeleop(now_s=lambda: 0.0), FakeTeleop(now_s=lambda: 0.0)
    config = TeleopConfig(open_button=2, close_button=3)
    return first, second, Person(devices={"first": first, "second": second}, config=config)


def test_nobody_is_there_before_anything_was_received() -> None:
    _, _, person = two_devices()
    assert not person.read().engaged


def test_the_later_device_wins_only_after_the_earlier_one_is_released() -> None:
    first, second, person = two_devices()
    second.hold(twist=PUSH)
    assert person.read().engaged and person.owner == "second"
    first.hold(twist=-PUSH)
    np.testing.assert_array_equal(person.read().twist, PUSH)
    second.release()
    np.testing.assert_array_equal(person.read().twist, -PUSH)
    assert person.owner == "first"


def test_the_stop_button_of_any_device_counts() -> None:
    first, second, person = two_devices()
    first.hold(twist=PUSH)
    second.hold(buttons=(False, True))
    assert person.read().stop


def test_holding_the_dead_man_button_without_motion_is_engaged_and_does_not_move() -> None:
    first, _, person = two_devices()
    first.hold()
    given = person.read()
    assert given.engaged and not given.moves


def test_gripper_buttons_ask_for_an_opening_and_a_short_button_array_is_no_press() -> None:
    first, _, person = two_devices()
    first.hold(buttons=(True, False, True))
    assert person.read().gripper == 1.0
    first.hold(buttons=(True, False, False, True))
    assert person.read().gripper == 0.0
    first.hold(buttons=(True,))
    assert person.read().gripper is None


def test_somebody_who_is_not_present_has_let_go() -> None:
    device = FakeTeleop(now_s=lambda: 0.0)
    device.hold(twist=PUSH)
    person = Person(devices={"only": device}, config=TeleopConfig(), is_present=lambda name: False)
    assert not person.read().engaged
