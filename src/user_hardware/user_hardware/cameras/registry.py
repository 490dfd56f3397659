"""Which cameras there are."""

from __future__ import annotations

from user_core.registry import Registry

CAMERAS = Registry(
    kind="camera",
    entries={"realsense": "user_hardware.cameras.realsense:RealSenseCamera"},
    where="cameras.driver in config/robots/<robot>.yaml",
)
