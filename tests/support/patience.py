"""Limits of an environment whose drivers and policy share the machine with other tests."""

from __future__ import annotations

from typing import Any

PATIENCE: dict[str, Any] = {"guard.pose_age_s": 1.0, "streams.max_age_s": 1.5}
"""Parameters of an environment_node: how long streams may be silent; what happens after it is what is tested."""
