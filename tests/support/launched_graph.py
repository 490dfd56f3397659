"""A graph started as a user starts it, by its launch file, that cannot outlive its test."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from tests.support.graph_processes import MARK, command, kill, marked_processes, node_process
from tests.support.wait import wait_for

REPOSITORY = Path(__file__).resolve().parents[2]
RESPAWN_S = 30.0
"""Longest wait for a killed node to be there again, on a busy machine."""
START_S = 150.0
"""Longest wait for a graph to be at work, on a machine that is busy with other tests."""

_END_S = 25.0
_PR_SET_PDEATHSIG = 1
# Loaded here because nothing may be imported between fork and exec.
_LIBC = ctypes.CDLL(None)


class LaunchedGraph:
    """One launch in its own DDS domain and its own session.

    Args:
        task: Name of a launch file of user_bringup.
        arguments: Launch arguments, `name` to value; `run` and `demonstrations` default to places in `folder`.
        folder: Where the run, its logs and its params files go.
        domain_id: ROS_DOMAIN_ID.
        environment: Further environment variables.
        prefix: Words before the command, such as `ip netns exec NAME`.
    """

    def __init__(
        self,
        task: str,
        *,
        arguments: Mapping[str, Any],
        folder: Path,
        domain_id: int,
        environment: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        given = {"run": folder / "run", "demonstrations": folder / "demonstrations"} | dict(arguments)
        self.run_folder = Path(given["run"])
        self.domain_id = domain_id
        self.mark = uuid.uuid4().hex
        self.environment = graph_environment(domain_id) | {
            MARK: self.mark,
            "ROS_LOG_DIR": str(folder / "ros_log"),
            **(environment or {}),
        }
        self.output_file = folder / f"launch-{self.mark[:8]}.txt"
        self._prefix = tuple(prefix)
        self._command = [*prefix, str(launcher()), task, *(f"{name}:={value}" for name, value in given.items())]
        self._process: subprocess.Popen[bytes] | None = None
        self._companions: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        with self.output_file.open("wb") as output:
            self._process = subprocess.Popen(
                self._command,
                cwd=self.output_file.parent,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_test,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End whatever is left; the test has made its own assertions about a clean end before."""
        for companion in self._companions:
            companion.send_signal(signal.SIGINT)
        if self.status is None:
            self.launcher.send_signal(signal.SIGINT)
        deadline_s = time.monotonic() + _END_S
        while (self.status is None or marked_processes(self.mark)) and time.monotonic() < deadline_s:
            time.sleep(0.1)
        for process in marked_processes(self.mark):
            kill(process)
        for started in (self.launcher, *self._companions):
            started.wait(timeout=10)
        if error is not None:
            print(f"--- end of {self.output_file}\n{self.output[-6000:]}", file=sys.stderr)

    @property
    def launcher(self) -> subprocess.Popen[bytes]:
        """The process that was started."""
        if self._process is None:
            raise RuntimeError("the graph is not launched yet; use it as a context manager")
        return self._process

    @property
    def status(self) -> int | None:
        """Exit status of the launch, None while it runs."""
        return self.launcher.poll()

    @property
    def output(self) -> str:
        """All that the launch has printed so far."""
        return self.output_file.read_text(errors="replace")

    def companion(self, module: str, *arguments: object) -> subprocess.Popen[bytes]:
        """Start a module of `tests.support` beside the graph, in its domain; it ends with the graph."""
        process = start_companion(module, *arguments, environment=self.environment, prefix=self._prefix)
        self._companions.append(process)
        return process

    def node(self, name: str, *, namespace: str = "") -> psutil.Process | None:
        """Return a node's live process, None while there is none."""
        return node_process(self.mark, name, namespace=namespace)

    def wait_for_node(self, name: str, *, other_than: int = 0, timeout_s: float = RESPAWN_S) -> psutil.Process:
        """Wait until a node has a live process, another than `other_than`."""

        def found() -> psutil.Process | None:
            process = self.node(name)
            return process if process is not None and process.pid != other_than else None

        wait_for(found, timeout_s, what=f"a process of {name}")
        process = found()
        if process is None:
            raise AssertionError(f"{name} died again at once:\n{self.output[-3000:]}")
        return process

    def wait_until_over(self, timeout_s: float) -> int:
        """Wait until the launch and all that it started have ended, and return its exit status."""
        wait_for(lambda: self.status is not None, timeout_s, what="the end of the launch")
        return int(self.launcher.wait())

    def end(self, number: signal.Signals) -> float:
        """Send a signal to the launcher alone, wait until nothing of the graph runs, and return the seconds it took."""
        begun_s = time.monotonic()
        self.launcher.send_signal(number)
        wait_for(lambda: self.status is not None and not self.left_running(), _END_S, what="the end of the graph")
        return time.monotonic() - begun_s

    def left_running(self) -> list[str]:
        """Return the commands of processes of the graph, companions not counted."""
        companions = {process.pid for process in self._companions}
        running = [process for process in marked_processes(self.mark) if process.pid not in companions]
        return [" ".join(command(process)) for process in running]

    def report(self) -> dict[str, Any]:
        """Return the run's report.json."""
        content: dict[str, Any] = json.loads((self.run_folder / "report.json").read_text())
        return content

    def wait_for_output(self, text: str, timeout_s: float) -> None:
        """Wait until the launch has printed a text."""
        wait_for(lambda: text in self.output, timeout_s, what=f"{text!r} in the output of the launch")

    def when(self, condition: Callable[[], Any], timeout_s: float, *, what: str) -> None:
        """Wait for a condition that cannot come true any more once the launch has ended."""
        wait_for(lambda: condition() or self.status is not None, timeout_s, what=what)
        if not condition():
            raise AssertionError(f"the launch ended with {self.status} before: {what}\n{self.output[-3000:]}")


def graph_environment(domain_id: int) -> dict[str, str]:
    """Return this process's environment, with a DDS domain of its own."""
    own = {
        "ROS_DOMAIN_ID": str(domain_id),
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": "1",
    }
    return dict(os.environ) | own


def start_companion(
    module: str, *arguments: object, environment: Mapping[str, str], prefix: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    """Start a module of `tests.support` as a process."""
    command = [*prefix, sys.executable, "-m", f"tests.support.{module}", *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=REPOSITORY, env=dict(environment), stdin=subprocess.DEVNULL, preexec_fn=_die_with_test
    )


def _die_with_test() -> None:
    """Ask the kernel to end this process when the test's is killed."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def launcher() -> Path:
    """Return what `./user launch` runs, of the workspace that is sourced."""
    for prefix in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep):
        path = Path(prefix) / "lib" / "user_bringup" / "launch"
        if path.is_file():
            return path
    raise RuntimeError("user_bringup is not in AMENT_PREFIX_PATH; run the tests with ./user test")
