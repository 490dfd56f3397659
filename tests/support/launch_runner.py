"""The launch runner as a process of its own, as a user starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from tests.support.launch_folder import LaunchFolder
from tests.support.wait import wait_for

_COMMAND = "import sys; from user_bringup.launcher.command_line import main; sys.exit(main())"


class LaunchRunner:
    """Runs ``launch`` on a launch file and collects what it prints.

    Args:
        folder: Has the packages; the output goes there too.
        arguments: Words after ``launch``.
    """

    def __init__(self, folder: LaunchFolder, *arguments: str) -> None:
        self._output = folder.root / "output.txt"
        environment = {
            **folder.environment,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "ROS_LOG_DIR": str(folder.root / "ros_log"),
            # Where the lock of a ROS domain lies: tests that run beside each other need not wait for it.
            "TMPDIR": str(folder.root),
        }
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                # -S: everything is on PYTHONPATH already, and what site-packages does at each start takes time.
                [sys.executable, "-S", "-c", _COMMAND, "--own-runner", *arguments],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> LaunchRunner:
        """Leave it running."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill it if it still runs."""
        self.process.kill()
        self.process.wait()

    @property
    def output(self) -> str:
        """What it has printed until now."""
        return self._output.read_text()

    def wait(self, timeout_s: float = 20.0) -> int:
        """Wait for its end and return its exit status."""
        return self.process.wait(timeout_s)

    def wait_for_output(self, text: str, timeout_s: float = 20.0) -> None:
        """Wait until it has printed a text."""
        wait_for(lambda: text in self.output, timeout_s, what=lambda: f"{text!r} in the output:\n{self.output}")

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, and nobody else."""
        self.process.send_signal(number)


def is_alive(pid: int) -> bool:
    """Whether a process runs: neither gone nor a zombie that nobody has waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
