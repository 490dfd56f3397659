"""Which of the arguments that are passed on decide what is evaluated, as an evaluation's folder keeps them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

# How much is started where, what is written besides, and what only training looks at. The algorithm is kept by name.
_INDIFFERENT = frozenset(
    {
        *("algorithm", "robots", "role", "record", "pipeline", "demonstrations", "demonstrations_needed", "begin_with"),
        *("stop_at_success_rate", "max_environment_steps", "max_wall_s", "reward_episodes"),
    }
)


def decisive_arguments(given: Mapping[str, str], *, defaults: Mapping[str, str | None]) -> dict[str, str]:
    """Return them by name, a file as its name and the digest of what is in it.

    Args:
        given: What the command line passes on.
        defaults: As the launch file writes them; a default that is spelt out is left out.
    """
    return {
        name: _identified(value)
        for name, value in given.items()
        if name not in _INDIFFERENT and value != defaults.get(name)
    }


def _identified(value: str) -> str:
    path = Path(value).expanduser()
    if not value or not path.is_file():
        return value
    return f"{path.name} (sha256 {hashlib.sha256(path.read_bytes()).hexdigest()[:12]})"
