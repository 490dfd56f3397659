"""Which arms there are."""

from __future__ import annotations

from user_core.registry import Registry

ROBOTS = Registry(
    kind="robot",
    entries={
        "simulation": "user_hardware.robots.crisp:CrispRobot",
        "franka": "user_hardware.robots.crisp:CrispRobot",
    },
    where="the launch argument robot, or the environment_node section of config/robots/<robot>.yaml",
)
