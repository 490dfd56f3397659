"""Shows the steps of the set-up with their times, and runs the tools behind them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from workspace_setup.errors import SetupError

_LINES_SHOWN_ON_FAILURE = 30
_LIVE_WIDTH = 100


class Progress:
    """Prints one line per step and keeps what the tools print in a log file.

    Args:
        log: The log file.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        self._live = sys.stderr.isatty()

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Announces a step, and says how long it took when it is done."""
        began_s = time.monotonic()
        self.say(f"[set-up] {title} …")
        yield
        self.say(f"[set-up] {title}: done in {time.monotonic() - began_s:.1f} s")

    def say(self, line: str) -> None:
        """Prints a line where the user sees it; standard output is left to what ./user starts."""
        print(self._erase() + line, file=sys.stderr, flush=True)

    def run(self, command: Sequence[str], *, environment: Mapping[str, str] | None = None, folder: Path) -> None:
        """Runs a tool; in a terminal its newest line is shown while it runs.

        Raises:
            SetupError: It failed; the message has its last lines.
        """
        self._log.parent.mkdir(parents=True, exist_ok=True)
        tail: list[str] = []
        with (
            self._log.open("a", encoding="utf-8") as log,
            subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            ) as process,
        ):
            log.write(f"$ {' '.join(command)}\n")
            for line in process.stdout or ():
                log.write(line)
                tail = [*tail[1 - _LINES_SHOWN_ON_FAILURE :], line.rstrip()]
                self._show(line)
        if process.returncode != 0:
            shown = "\n".join(f"    {line}" for line in tail)
            raise SetupError(
                f"{command[0]} failed with status {process.returncode} (all of it in {self._log}):\n{shown}"
            )

    def succeeds(self, command: Sequence[str], *, environment: Mapping[str, str] | None = None, folder: Path) -> bool:
        """Runs a tool that may fail, and says whether it did not."""
        try:
            self.run(command, environment=environment, folder=folder)
        except SetupError:
            return False
        return True

    def _show(self, line: str) -> None:
        if self._live and line.strip():
            print(f"{self._erase()}    {line.strip()[:_LIVE_WIDTH]}", end="", file=sys.stderr, flush=True)

    def _erase(self) -> str:
        return "\r\x1b[K" if self._live else ""
