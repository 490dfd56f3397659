"""The processes of a launched graph, found by a mark in their environment: none can hide by losing its parent."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from pathlib import Path

import psutil

MARK = "USER_TEST_GRAPH"
"""Environment variable that every process of a test's graph inherits."""

_MIDDLEWARE_FILES = ("fastrtps*", "fastdds*", "sem.fastrtps*", "sem.fastdds*")


def marked_processes(mark: str) -> list[psutil.Process]:
    """Return all live processes that were started with this mark, whoever their parent is now."""
    return [process for process in psutil.process_iter() if _has_mark(process, mark)]


def node_process(mark: str, name: str, *, namespace: str = "") -> psutil.Process | None:
    """Return the live process of a node, None while there is none.

    Where a supervisor starts the node with its own arguments, as `progress` does, the node is the youngest of the two.
    """
    wanted = {f"__node:={name}"} | ({f"__ns:=/{namespace}"} if namespace else set())
    found = [process for process in marked_processes(mark) if wanted <= set(command(process))]
    return max(found, key=_start_time, default=None)


def command(process: psutil.Process) -> list[str]:
    """Return the words that started a process, none when it has ended."""
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return []


def kill(process: psutil.Process, number: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to one process, which may be gone already."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def shared_memory_files(domain_id: int | None = None) -> set[Path]:
    """Return the middleware's files in shared memory; with a domain those of its ports, told by their number."""
    files = {path for pattern in _MIDDLEWARE_FILES for path in Path("/dev/shm").glob(pattern)}
    if domain_id is None:
        return files
    first = 7400 + 250 * domain_id
    return {path for path in files if first <= _port(path) < first + 250}


def _has_mark(process: psutil.Process, mark: str) -> bool:
    try:
        with open(f"/proc/{process.pid}/environ", "rb") as environment:
            marked = f"{MARK}={mark}".encode() in environment.read().split(b"\0")
        return marked and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, psutil.NoSuchProcess):
        return False


def _start_time(process: psutil.Process) -> float:
    try:
        return process.create_time()
    except psutil.NoSuchProcess:
        return 0.0


def _port(path: Path) -> int:
    found = re.search(r"_port(\d+)", path.name)
    return int(found[1]) if found else -1
