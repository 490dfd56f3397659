"""One process to start, with everything decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class ProcessDescription:
    """What to start, and what its end means.

    Attributes:
        label: Name in front of its output; a number is added.
        command: The program and its arguments.
        environment: Its whole environment.
        folder: Its working directory, or None for the runner's.
        on_screen: Its standard output goes to the screen too, not only to the log file; errors always do.
        respawn: It is started again when it ends, unless everything is shutting down.
        respawn_delay_s: Pause before that.
        respawn_max_retries: How often at most; negative for ever.
        ends_launch: ``on_exit="shutdown"``: its end is the end of everything, with its exit status.
        sigterm_timeout_s: Time between SIGINT and SIGTERM.
        sigkill_timeout_s: Time between SIGTERM and SIGKILL.
    """

    label: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path | None = None
    on_screen: bool = False
    respawn: bool = False
    respawn_delay_s: float = 0.0
    respawn_max_retries: int = -1
    ends_launch: bool = False
    sigterm_timeout_s: float = 5.0
    sigkill_timeout_s: float = 5.0
