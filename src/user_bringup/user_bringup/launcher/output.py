"""Where the lines of the started processes go: the screen and one log file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TextIO


class LaunchOutput:
    """Writes lines with the name of the process in front, ``[replay_node-3] …``.

    Args:
        log_file: Gets every line, those that do not go to the screen too; None for no log file.
        screen: Where the user looks; standard output if not given.
    """

    def __init__(self, *, log_file: Path | None, screen: TextIO | None = None) -> None:
        self._screen: TextIO | None = screen or sys.stdout
        self._log: TextIO | None = None
        if log_file is not None:
            log_file.parent.mkdir(parents=True, exist_ok=True)
            self._log = log_file.open("a", encoding="utf-8")

    def runner_line(self, label: str, text: str) -> None:
        """A line of the runner about a process."""
        self._write(f"[launch] [{label}] {text}", on_screen=True)

    def process_line(self, label: str, text: str, *, on_screen: bool) -> None:
        """A line that a process wrote."""
        self._write(f"[{label}] {text}", on_screen=on_screen)

    def close(self) -> None:
        """Closes the log file."""
        if self._log is not None:
            self._log.close()
            self._log = None

    def _write(self, line: str, *, on_screen: bool) -> None:
        if self._log is not None:
            self._log.write(line + "\n")
            self._log.flush()
        if not on_screen or self._screen is None:
            return
        try:
            print(line, file=self._screen, flush=True)
        except BrokenPipeError:
            # Nobody reads any more (a closed pager, say). The run is worth more than its screen.
            self._screen = None
