"""Which teleoperation devices there are."""

from __future__ import annotations

from user_core.registry import Registry

TELEOP_DEVICES = Registry(
    kind="teleop device",
    entries={
        "spacenav": "user_hardware.teleop.spacenav:Spacenav",
        "gamepad": "user_hardware.teleop.gamepad:Gamepad",
        "keyboard": "user_hardware.teleop.keyboard:Keyboard",
    },
    where="teleop.devices in config/robots/<robot>.yaml",
)
