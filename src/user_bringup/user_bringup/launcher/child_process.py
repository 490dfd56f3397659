"""One program as a child of this one: it dies with its parent, and its end takes its own children along."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Callable
from typing import IO

from user_bringup.launcher.process_description import ProcessDescription

_PR_SET_PDEATHSIG = 1
_CHUNK_BYTES = 65536

# How long to read on after a process has ended: something it started may hold its output open for ever.
_DRAIN_S = 1.0

# Loaded here because nothing may be imported between fork and exec.
_LIBC = ctypes.CDLL(None, use_errno=True)


class ChildProcess:
    """A running program in a process group of its own.

    A terminal's Ctrl-C therefore reaches only the runner, which passes it on once.
    """

    def __init__(self, process: subprocess.Popen[bytes], readers: list[asyncio.Task[None]]) -> None:
        self._process = process
        self._readers = readers

    @classmethod
    async def start(
        cls,
        description: ProcessDescription,
        *,
        on_output: Callable[[str], None],
        on_error: Callable[[str], None],
    ) -> ChildProcess:
        """Starts a program and hands on its lines, without their ends, as they come.

        Raises:
            OSError: The program cannot be started.
        """
        parent = os.getpid()

        def die_with_parent() -> None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

        process = subprocess.Popen(
            description.command,
            cwd=description.folder,
            env=dict(description.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        pipes = ((process.stdout, on_output), (process.stderr, on_error))
        readers = [asyncio.create_task(_read_lines(pipe, sink)) for pipe, sink in pipes if pipe is not None]
        return cls(process, readers)

    @property
    def pid(self) -> int:
        """Its process id, which is its group's as well."""
        return self._process.pid

    def send(self, number: signal.Signals) -> None:
        """Sends a signal to the program; SIGKILL goes to all that it started too."""
        with contextlib.suppress(ProcessLookupError):
            if number == signal.SIGKILL:
                os.killpg(self.pid, number)
            else:
                self._process.send_signal(number)

    async def wait(self) -> int:
        """Waits for its end and ends what it left behind.

        Returns:
            Its exit status, or minus the number of the signal that ended it.
        """
        # Not asyncio's own subprocess: its wait() also waits for whoever still holds the program's output open.
        await _end_of(self.pid)
        status = self._process.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        _, unfinished = await asyncio.wait(self._readers, timeout=_DRAIN_S)
        for reader in unfinished:
            reader.cancel()
        return status


async def _end_of(pid: int) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    descriptor = os.pidfd_open(pid)
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


async def _read_lines(pipe: IO[bytes], sink: Callable[[str], None]) -> None:
    stream = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), pipe
    )
    rest = b""
    try:
        while chunk := await stream.read(_CHUNK_BYTES):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                sink(line.decode(errors="replace").rstrip("\r"))
    finally:
        transport.close()
    if rest:
        sink(rest.decode(errors="replace"))
