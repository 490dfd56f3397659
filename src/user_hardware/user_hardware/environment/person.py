"""What a person does with one or several devices, as one input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from user_core.interfaces import TeleopDevice, TeleopSample
from user_core.transforms import FloatArray
from user_hardware.environment.streams_config import TeleopConfig


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonInput:
    """One tick of the person.

    Attributes:
        engaged: A device is moved, or its dead-man button is held.
        twist: (6,) in [-1, 1], base frame; all zero = stand still.
        gripper: Opening in [0, 1] asked for, or None.
        stop: The stop button of any device is pressed.
    """

    engaged: bool
    twist: FloatArray
    gripper: float | None
    stop: bool

    @property
    def moves(self) -> bool:
        """Whether there is anything to execute, beyond standing still."""
        return self.gripper is not None or bool(np.any(self.twist))


ABSENT = PersonInput(engaged=False, twist=np.zeros(6), gripper=None, stop=False)


class Person:
    """Merges devices: whoever takes hold first keeps control until letting go; any stop button stops.

    Args:
        devices: Adapters by name.
        config: Which button means what.
        is_present: Tells of each device whether anybody is there; one who fell silent has let go.
    """

    def __init__(
        self,
        *,
        devices: Mapping[str, TeleopDevice],
        config: TeleopConfig,
        is_present: Callable[[str], bool] = lambda name: True,
    ) -> None:
        self._devices = dict(devices)
        self._config = config
        self._is_present = is_present
        self._owner: str | None = None

    @property
    def owner(self) -> str | None:
        """Name of the device that has control, or None."""
        return self._owner

    def read(self) -> PersonInput:
        """Return the input of the device that has control; never waits."""
        inputs = {
            name: self._input(device) if self._is_present(name) else ABSENT for name, device in self._devices.items()
        }
        if self._owner is None or not inputs[self._owner].engaged:
            self._owner = next((name for name, value in inputs.items() if value.engaged), None)
        current = ABSENT if self._owner is None else inputs[self._owner]
        stop = any(value.stop for value in inputs.values())
        return PersonInput(engaged=current.engaged, twist=current.twist, gripper=current.gripper, stop=stop)

    def _input(self, device: TeleopDevice) -> PersonInput:
        sample = device.read()
        if sample is None:
            return ABSENT
        value = sample.value
        gripper = value.gripper
        if _pressed(value, self._config.open_button):
            gripper = 1.0
        elif _pressed(value, self._config.close_button):
            gripper = 0.0
        engaged = bool(np.any(value.twist)) or gripper is not None or _pressed(value, self._config.deadman_button)
        return PersonInput(
            engaged=engaged, twist=value.twist, gripper=gripper, stop=_pressed(value, self._config.stop_button)
        )


def _pressed(sample: TeleopSample, button: int) -> bool:
    """Tell whether a button is down; the array grows on first press, so a missing one is up."""
    return 0 <= button < len(sample.buttons) and sample.buttons[button]
