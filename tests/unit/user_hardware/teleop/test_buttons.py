"""What a button means, by mode and task."""

from __future__ import annotations

import pytest

from user_core.errors import ConfigurationError
from user_hardware.teleop.buttons import ButtonsConfig, PressCounter
from user_hardware.teleop.config import TeleopConfig


@pytest.mark.parametrize(
    ("take_over", "has_gripper", "zero", "one"),
    [
        ("motion", True, "toggle_gripper", "failure"),
        ("motion", False, "success", "failure"),
        ("dead_man", True, "toggle_gripper", "dead_man"),
        ("dead_man", False, "success", "dead_man"),
    ],
)
def test_two_buttons_have_one_meaning_each(take_over: str, has_gripper: bool, zero: str, one: str) -> None:
    found = TeleopConfig(take_over=take_over).buttons_of("spacenav", has_gripper=has_gripper)
    assert found == ButtonsConfig(
        **{**dict.fromkeys(("toggle_gripper", "dead_man", "success", "failure"), -1), zero: 0, one: 1}
    )


@pytest.mark.parametrize(("device", "success", "failure"), [("gamepad", 3, 1), ("keyboard", 2, 3)])
def test_a_device_with_more_buttons_has_marks_beside_its_controls(device: str, success: int, failure: int) -> None:
    found = TeleopConfig(take_over="dead_man").buttons_of(device, has_gripper=True)
    assert (found.toggle_gripper, found.success, found.failure) == (0, success, failure)
    assert found.dead_man >= 0


def test_one_button_for_two_things_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="teleop.buttons"):
        ButtonsConfig(stop=0).in_force(key="teleop.buttons", dead_man=False, has_gripper=True)


def test_presses_are_counted_as_the_array_grows_and_shrinks() -> None:
    counter = PressCounter()
    for buttons in ([], [1], [1, 1], [0, 1], [1], [1, 1]):
        counter.update(buttons)
    assert counter.presses == (2, 2)
