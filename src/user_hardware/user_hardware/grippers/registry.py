"""Which grippers there are."""

from __future__ import annotations

from user_core.registry import Registry

GRIPPERS = Registry(
    kind="gripper",
    entries={
        "crisp": "user_hardware.grippers.crisp:CrispGripper",
        "franka": "user_hardware.grippers.franka:FrankaGripper",
    },
    where="gripper.driver in config/robots/<robot>.yaml",
)
NO_GRIPPER = "none"
