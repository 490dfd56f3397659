"""Message classes by type name, so that a driver's package is needed only where that driver runs."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

from user_core.errors import ConfigurationError


@cache
def message_class(type_name: str) -> Any:
    """Import `package/msg/Name` (or srv, action).

    Raises:
        ConfigurationError: When the package is not installed, naming it.
    """
    package, kind, name = type_name.split("/")
    try:
        return getattr(importlib.import_module(f"{package}.{kind}"), name)
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            key="message type",
            value=type_name,
            allowed=f"the ROS package {package} must be installed and sourced "
            f"(apt: ros-$ROS_DISTRO-{package.replace('_', '-')})",
            where="this machine, or choose another driver in the robot's params file",
        ) from error
