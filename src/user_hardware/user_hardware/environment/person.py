"""What a person does with one or several devices, as one input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from user_core.interfaces import Stamped, TeleopDevice, TeleopSample
from user_core.transforms import FloatArray
from user_core.types import Outcome
from user_hardware.teleop.buttons import ButtonsConfig
from user_hardware.teleop.config import DEAD_MAN, TeleopConfig

_HALF_OPEN = 0.5
STALE_TOGGLE = "the gripper was not toggled: its state is not known, look at its driver"


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonInput:
    """One tick of the person.

    Attributes:
        engaged: The arm is to be the person's: a device is moved, or its dead-man button is held.
        twist: (6,) in [-1, 1], base frame; all zero = stand still.
        gripper: Opening in [0, 1] asked for, or None. To ask for one does not take the arm: a person who has let go
            would get it back by an accidental press, and a press during a reset would hold the arm.
        stop: The stop button of any device is pressed.
        mark: SUCCESS or FAILURE when any device has just said how the episode ends, else None.
    """

    engaged: bool
    twist: FloatArray
    gripper: float | None
    stop: bool
    mark: Outcome | None = None

    @property
    def moves(self) -> bool:
        """Whether there is anything to execute, beyond standing still."""
        return self.gripper is not None or bool(np.any(self.twist))


ABSENT = PersonInput(engaged=False, twist=np.zeros(6), gripper=None, stop=False)


class Person:
    """Merges devices: whoever takes hold first keeps control until letting go; any stop or mark counts.

    Args:
        devices: Adapters by name.
        config: What takes the arm over, and which button means what.
        has_gripper: Whether the task's actions have a gripper axis.
        opening: Returns the gripper opening that stands commanded, or None; a toggle asks for the other one.
        gripper_fresh: Tells whether the gripper's state is known as of now; a toggle of anything else is a guess.
        is_present: Tells of each device whether anybody is there; one who fell silent has let go.
    """

    def __init__(
        self,
        *,
        devices: Mapping[str, TeleopDevice],
        config: TeleopConfig,
        has_gripper: bool = False,
        opening: Callable[[], float | None] = lambda: None,
        gripper_fresh: Callable[[], bool] = lambda: True,
        is_present: Callable[[str], bool] = lambda name: True,
    ) -> None:
        self._devices = dict(devices)
        self._buttons = {name: config.buttons_of(name, has_gripper=has_gripper) for name in devices}
        self._dead_man = config.take_over == DEAD_MAN
        self._has_gripper = has_gripper
        self._opening = opening
        self._gripper_fresh = gripper_fresh
        self._refused_toggle = False
        self._is_present = is_present
        self._presses_seen: dict[str, tuple[int, ...]] = {}
        self._owner: str | None = None

    @property
    def owner(self) -> str | None:
        """Name of the device that took control last, or None before that."""
        return self._owner

    @property
    def notice(self) -> str:
        """Why a press had no effect, as long as that is so, or ""."""
        self._refused_toggle = self._refused_toggle and not self._gripper_fresh()
        return STALE_TOGGLE if self._refused_toggle else ""

    @property
    def invitation(self) -> str:
        """What a person has to do to get control."""
        if not self._devices:
            return "no device to demonstrate with: name one in teleop.devices"
        if not self._dead_man:
            return "move the device to begin"
        return "hold the dead-man button to begin: " + ", ".join(
            f"button {buttons.dead_man} of {name}" for name, buttons in self._buttons.items()
        )

    def read(self) -> PersonInput:
        """Return the input of the device that has control; never waits."""
        inputs = {name: self._input(name, device) for name, device in self._devices.items()}
        if self._owner is None or not inputs[self._owner].engaged:
            self._owner = next((name for name, value in inputs.items() if value.engaged), self._owner)
        current = ABSENT if self._owner is None else inputs[self._owner]
        marks = {value.mark for value in inputs.values()}
        return replace(
            current,
            stop=any(value.stop for value in inputs.values()),
            mark=next((mark for mark in (Outcome.FAILURE, Outcome.SUCCESS) if mark in marks), None),
        )

    def _input(self, name: str, device: TeleopDevice) -> PersonInput:
        sample = device.read()
        if sample is None:
            self._presses_seen.pop(name, None)  # a device that comes back counts from 0
            return ABSENT
        pressed = self._pressed(name, sample)
        if not self._is_present(name):
            return ABSENT
        buttons, value = self._buttons[name], sample.value
        held = _is_down(value, buttons.dead_man)
        engaged = held if self._dead_man else bool(np.any(value.twist))
        inert = self._dead_man and not held
        return PersonInput(
            engaged=engaged,
            twist=np.zeros(6) if inert else value.twist,
            gripper=None if inert else self._asked_opening(buttons, value, pressed),
            stop=_is_down(value, buttons.stop),
            mark=_mark(buttons, pressed),
        )

    def _pressed(self, name: str, sample: Stamped[TeleopSample]) -> frozenset[int]:
        """Return the buttons that went down since the last look, however briefly."""
        presses, seen = sample.value.presses, self._presses_seen.get(name, ())
        self._presses_seen[name] = presses
        return frozenset(
            number for number, count in enumerate(presses) if count > (seen[number] if number < len(seen) else 0)
        )

    def _asked_opening(self, buttons: ButtonsConfig, value: TeleopSample, pressed: frozenset[int]) -> float | None:
        if not self._has_gripper:
            return None
        if _is_down(value, buttons.open_gripper):
            return 1.0
        if _is_down(value, buttons.close_gripper):
            return 0.0
        if buttons.toggle_gripper in pressed:
            self._refused_toggle = not self._gripper_fresh()
            if self._refused_toggle:
                return None
            return 0.0 if (self._opening() or 0.0) >= _HALF_OPEN else 1.0
        return value.gripper


def _mark(buttons: ButtonsConfig, pressed: frozenset[int]) -> Outcome | None:
    if buttons.failure in pressed:
        return Outcome.FAILURE
    return Outcome.SUCCESS if buttons.success in pressed else None


def _is_down(sample: TeleopSample, button: int) -> bool:
    """Tell whether a button is down; the array grows on first press, so a missing one is up."""
    return 0 <= button < len(sample.buttons) and sample.buttons[button]
