"""Which devices a person has in hand, by which topics they speak, and what their axes and buttons mean."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import group, parameter
from user_core.errors import ConfigurationError
from user_hardware.environment.streams_config import ROBOT_FILE
from user_hardware.teleop.buttons import ButtonsConfig, GamepadButtons, KeyboardButtons

NO_DEVICE = "none"
DEAD_MAN = "dead_man"


@dataclass(frozen=True, kw_only=True)
class GamepadConfig:
    """A pad behind joy_node; the defaults are those of an Xbox layout, where left and up are positive."""

    topic: str = parameter("joy", "Joy of the pad")
    axes: tuple[int, ...] = parameter(
        (1, 0, 4, 6, 7, 3), "axis of the pad for each of x y z rx ry rz, base frame; -1 = none"
    )
    signs: tuple[float, ...] = parameter((1.0, 1.0, 1.0, -1.0, 1.0, 1.0), "sign of each of x y z rx ry rz")
    dead_band: float = parameter(0.12, "deflection below which an axis reads as zero", minimum=0.0, maximum=0.9)
    stale_s: float = parameter(0.5, "age from which everything reads as released", minimum=0.05)
    trigger_axes: tuple[int, ...] = parameter((2, 5), "axes of triggers, which read as buttons 16, 17, …")
    trigger_threshold: float = parameter(
        -0.5, "axis value at which a trigger is pressed; negative where it falls: 1 at rest, -1 pressed"
    )
    buttons: GamepadButtons = group(GamepadButtons)

    def __post_init__(self) -> None:
        """Refuse axes and signs that are not six."""
        _require_six("teleop.gamepad.axes", self.axes)
        _require_six("teleop.gamepad.signs", self.signs)
        for key, axes, lowest in (("axes", self.axes, -1), ("trigger_axes", self.trigger_axes, 0)):
            if min(axes, default=0) < lowest:
                raise ConfigurationError(
                    key=f"teleop.gamepad.{key}", value=axes, allowed=f"numbers >= {lowest}", where=ROBOT_FILE
                )


@dataclass(frozen=True, kw_only=True)
class KeyboardConfig:
    """The keyboard of operator_console. A terminal tells presses only, so that a key that is let go falls silent."""

    twist_topic: str = parameter("keyboard/twist", "Twist of operator_console")
    joy_topic: str = parameter("keyboard/joy", "Joy of operator_console")
    stale_s: float = parameter(0.3, "age from which everything reads as released", minimum=0.05)
    buttons: KeyboardButtons = group(KeyboardButtons)


@dataclass(frozen=True, kw_only=True)
class TeleopConfig:
    """The devices in a person's hand."""

    devices: tuple[str, ...] = parameter(
        ("spacenav",), f"teleoperation adapters; an empty list or {NO_DEVICE} for no device"
    )
    take_over: str = parameter(
        "motion",
        "what makes the arm the person's: motion of a device, or its dead_man button, without which nothing moves",
        choices=("motion", DEAD_MAN),
    )
    max_rate_hz: float = parameter(
        1000.0, "messages a second, all topics of a device together, beyond which it is not listened to", minimum=1.0
    )
    flood_rest_s: float = parameter(5.0, "wall seconds for which a device that floods is left alone", minimum=0.1)
    twist_topic: str = parameter("spacenav/twist", "Twist of the SpaceMouse")
    joy_topic: str = parameter("spacenav/joy", "Joy of the SpaceMouse")
    stale_s: float = parameter(0.5, "age from which a twist of the SpaceMouse reads as zero", minimum=0.05)
    button_stale_s: float = parameter(
        0.5,
        "age from which buttons of the SpaceMouse read as released; longer for a driver that reports changes only",
        minimum=0.05,
    )
    dead_band: float = parameter(
        0.05, "deflection of the SpaceMouse below which an axis reads as zero", minimum=0.0, maximum=0.9
    )
    full_scale: float = parameter(1.0, "deflection of the SpaceMouse on the wire that means full speed", minimum=1e-3)
    axis_signs: tuple[float, ...] = parameter(
        (1.0, 1.0, 1.0, 1.0, 1.0, 1.0), "sign of each SpaceMouse axis in the arm's base frame: x y z rx ry rz"
    )
    buttons: ButtonsConfig = group(ButtonsConfig)
    gamepad: GamepadConfig = group(GamepadConfig)
    keyboard: KeyboardConfig = group(KeyboardConfig)

    def __post_init__(self) -> None:
        """Refuse signs that are not one per axis, and devices that are named twice, or beside none."""
        _require_six("teleop.axis_signs", self.axis_signs)
        alone = NO_DEVICE not in self.devices or len(self.devices) == 1
        if len(set(self.devices)) != len(self.devices) or not alone:
            raise ConfigurationError(
                key="teleop.devices",
                value=self.devices,
                allowed=f"each device once, or {NO_DEVICE} alone",
                where=ROBOT_FILE,
            )

    @property
    def device_names(self) -> tuple[str, ...]:
        """The devices that there are, without the name for none."""
        return tuple(name for name in self.devices if name != NO_DEVICE)

    def buttons_of(self, device: str, *, has_gripper: bool) -> ButtonsConfig:
        """Return which button of a device means what in this mode and task; raises ConfigurationError.

        Args:
            device: A name of `devices`; one without a layout of its own has the SpaceMouse's.
            has_gripper: Whether the task's actions have a gripper axis.
        """
        layouts: dict[str, tuple[str, ButtonsConfig]] = {
            "gamepad": ("teleop.gamepad.buttons", self.gamepad.buttons),
            "keyboard": ("teleop.keyboard.buttons", self.keyboard.buttons),
        }
        key, layout = layouts.get(device, ("teleop.buttons", self.buttons))
        return layout.in_force(key=key, dead_man=self.take_over == DEAD_MAN, has_gripper=has_gripper)


def _require_six(key: str, value: tuple[float, ...]) -> None:
    if len(value) != 6:
        raise ConfigurationError(key=key, value=value, allowed="6 numbers", where=ROBOT_FILE)
