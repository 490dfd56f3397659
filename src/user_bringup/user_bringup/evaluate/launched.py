"""A launch as a child of this process, so that something can be said after it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence


def run_launch(words: Sequence[str]) -> int:
    """Run the launcher with these words and return its exit status.

    It has a process group of its own: Ctrl-C reaches this process alone, which passes it on once.
    """
    command = [sys.executable, "-m", "user_bringup.launcher.command_line", *words]
    process: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, frame: object) -> None:
        if process is not None and process.poll() is None:
            process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        process = subprocess.Popen(command, process_group=0)
        status = process.wait()
        return status if status >= 0 else 128 - status
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
