"""What the buttons of a device mean, and how their presses are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import IntEnum
from typing import Self

from user_core.configuration import parameter
from user_core.errors import ConfigurationError
from user_hardware.environment.streams_config import ROBOT_FILE

_NONE = -1


@dataclass(frozen=True, kw_only=True)
class ButtonsConfig:
    """The button of each meaning; the defaults are those of a SpaceMouse with two.

    A mark gives way to a control that is in force on the same button: 0 marks a success where there is no gripper to
    toggle, 1 a failure where no dead-man button is asked for.
    """

    toggle_gripper: int = parameter(0, "opens or closes the gripper, where actions have one; -1 = none", minimum=_NONE)
    dead_man: int = parameter(1, "held = the person's, where teleop.take_over is dead_man; -1 = none", minimum=_NONE)
    success: int = parameter(0, "ends the episode as a success; -1 = none", minimum=_NONE)
    failure: int = parameter(1, "ends the episode as a failure; -1 = none", minimum=_NONE)
    stop: int = parameter(-1, "stops the arm; -1 = none", minimum=_NONE)
    open_gripper: int = parameter(-1, "held = opens the gripper; -1 = none", minimum=_NONE)
    close_gripper: int = parameter(-1, "held = closes the gripper; -1 = none", minimum=_NONE)

    def in_force(self, *, key: str, dead_man: bool, has_gripper: bool) -> Self:
        """Return the meanings that there are in a mode and task, with -1 for the others.

        Args:
            key: Name of this group, for errors.
            dead_man: Whether the dead-man button decides who controls the arm.
            has_gripper: Whether the task's actions have a gripper axis.

        Raises:
            ConfigurationError: When one button would mean two things, or the dead-man button is missing.
        """
        absent = {} if has_gripper else {"toggle_gripper": _NONE, "open_gripper": _NONE, "close_gripper": _NONE}
        if not dead_man:
            absent["dead_man"] = _NONE
        elif self.dead_man == _NONE:
            raise ConfigurationError(
                key=f"{key}.dead_man", value=_NONE, allowed="a button, in teleop.take_over: dead_man", where=ROBOT_FILE
            )
        found = replace(self, **absent)
        controls = [found.toggle_gripper, found.dead_man, found.stop, found.open_gripper, found.close_gripper]
        marks = [number for number in (found.success, found.failure) if number not in controls]
        used = [number for number in (*controls, *marks) if number != _NONE]
        if len(set(used)) != len(used):
            raise ConfigurationError(
                key=key, value=asdict(found), allowed="one meaning for each button", where=ROBOT_FILE
            )
        return replace(
            found,
            success=found.success if found.success in marks else _NONE,
            failure=found.failure if found.failure in marks else _NONE,
        )


@dataclass(frozen=True, kw_only=True)
class GamepadButtons(ButtonsConfig):
    """Buttons of an Xbox layout: A, right bumper, Y, B and Back."""

    toggle_gripper: int = parameter(0, "opens or closes the gripper, where actions have one; -1 = none", minimum=_NONE)
    dead_man: int = parameter(5, "held = the person's, where teleop.take_over is dead_man; -1 = none", minimum=_NONE)
    success: int = parameter(3, "ends the episode as a success; -1 = none", minimum=_NONE)
    failure: int = parameter(1, "ends the episode as a failure; -1 = none", minimum=_NONE)
    stop: int = parameter(6, "stops the arm; -1 = none", minimum=_NONE)


class KeyboardButton(IntEnum):
    """The buttons that operator_console publishes, in order."""

    TOGGLE_GRIPPER = 0
    DEAD_MAN = 1
    SUCCESS = 2
    FAILURE = 3


@dataclass(frozen=True, kw_only=True)
class KeyboardButtons(ButtonsConfig):
    """Buttons that operator_console publishes for its keys."""

    success: int = parameter(int(KeyboardButton.SUCCESS), "ends the episode as a success; -1 = none", minimum=_NONE)
    failure: int = parameter(int(KeyboardButton.FAILURE), "ends the episode as a failure; -1 = none", minimum=_NONE)


class PressCounter:
    """Counts how often each button of a device went down."""

    def __init__(self) -> None:
        self._down: tuple[bool, ...] = ()
        self.presses: tuple[int, ...] = ()

    def update(self, buttons: Sequence[int | bool]) -> None:
        """Take the buttons of a message; the array may grow on a first press, and a missing one is up."""
        down = tuple(bool(button) for button in buttons)
        counts = list(self.presses) + [0] * (len(down) - len(self.presses))
        for number, is_down in enumerate(down):
            counts[number] += is_down and not (number < len(self._down) and self._down[number])
        self._down, self.presses = down, tuple(counts)
