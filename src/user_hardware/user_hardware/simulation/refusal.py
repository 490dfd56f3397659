"""How a scene or a world says that a parameter cannot work."""

from __future__ import annotations

from typing import NoReturn

from user_core.errors import ConfigurationError


def refuse(key: str, value: object, allowed: str) -> NoReturn:
    """Raise ConfigurationError for a parameter of simulation_node."""
    raise ConfigurationError(
        key=key, value=value, allowed=allowed, where="the simulation_node section of the params files"
    )
