"""A set-up progress that records what would be run instead of running it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from workspace_setup.errors import SetupError
from workspace_setup.progress import Progress


class RecordedProgress(Progress):
    """Keeps the commands.

    Args:
        log: Folder for the log file, which stays unwritten.
        fails: Says of a command whether it fails.
    """

    def __init__(self, log: Path, *, fails: Callable[[str], bool] = lambda command: False) -> None:
        super().__init__(log / "setup.log")
        self._fails = fails
        self.commands: list[str] = []

    def run(self, command: Sequence[str], *, environment: Mapping[str, str] | None = None, folder: Path) -> None:
        """Record a command, or fail as it would."""
        line = " ".join(command)
        self.commands.append(line)
        if self._fails(line):
            raise SetupError(f"{line} failed")
