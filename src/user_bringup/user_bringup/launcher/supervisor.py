"""Keeps the processes of a launch running, and ends all of them together."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence

from user_bringup.launcher.child_process import ChildProcess
from user_bringup.launcher.output import LaunchOutput
from user_bringup.launcher.process_description import ProcessDescription

_CANNOT_START_STATUS = 127
_SIGNAL_STATUS_BASE = 128
_WRONG_SETTINGS_STATUS = 2
_ERROR_PREFIX = "error: "
_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_processes(descriptions: Sequence[ProcessDescription], *, output: LaunchOutput) -> int:
    """Starts processes and waits until they have ended.

    SIGINT, SIGTERM and SIGHUP end all of them: SIGINT, after 5 s SIGTERM, after 5 s SIGKILL. So does the end of one
    with ``ends_launch``. If that one also has ``respawn``, only an end of its own will counts: killed, it comes back.
    Status 2, by which a node says that its settings are wrong, ends the launch as well: started again it would say the
    same. So does any other status of one that said `error: ` before: torchrun has a status of its own.

    Returns:
        The status of the process that ended the launch; 128 + number after a signal; else 1 if any failed, or 0.
    """
    return asyncio.run(_Supervisor(descriptions, output=output).run())


class _Supervisor:
    def __init__(self, descriptions: Sequence[ProcessDescription], *, output: LaunchOutput) -> None:
        self._descriptions = descriptions
        self._output = output
        self._shutdown = asyncio.Event()
        self._status: int | None = None
        self._any_failed = False
        self._errors: dict[str, str] = {}
        self._ended_by = ""

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in _ENDING_SIGNALS:
            loop.add_signal_handler(number, self._on_signal, number)
        await asyncio.gather(
            *(
                self._keep_running(description, label=f"{description.label}-{position}")
                for position, description in enumerate(self._descriptions, start=1)
            )
        )
        if error := self._errors.get(self._ended_by):
            # Said again where it is seen: the others may have filled the screen while they were interrupted.
            self._output.runner_line(self._ended_by, error)
        return int(self._any_failed) if self._status is None else self._status

    def _on_signal(self, number: signal.Signals) -> None:
        if self._shutdown.is_set():
            patience_s = max(one.sigterm_timeout_s + one.sigkill_timeout_s for one in self._descriptions)
            self._output.runner_line("runner", f"{number.name} again: already ending, at most {patience_s:g} s.")
            return
        self._output.runner_line("runner", f"{number.name}: ending all processes.")
        self._end_all(_SIGNAL_STATUS_BASE + number)

    def _end_all(self, status: int, *, ended_by: str = "") -> None:
        if not self._shutdown.is_set():
            self._status = status
            self._ended_by = ended_by
            self._shutdown.set()

    async def _keep_running(self, description: ProcessDescription, *, label: str) -> None:
        retries = 0
        while not self._shutdown.is_set():
            status = await self._run_once(description, label=label)
            self._any_failed = status != 0 or self._any_failed
            killed = status < 0
            if description.ends_launch and not (description.respawn and killed):
                self._end_all(_SIGNAL_STATUS_BASE - status if killed else status, ended_by=label)
            if status == _WRONG_SETTINGS_STATUS or (status > 0 and label in self._errors):
                self._end_all(_WRONG_SETTINGS_STATUS, ended_by=label)
            if not description.respawn or 0 <= description.respawn_max_retries <= retries:
                return
            retries += 1
            await self._wait_for_shutdown(description.respawn_delay_s)

    async def _run_once(self, description: ProcessDescription, *, label: str) -> int:
        self._errors.pop(label, None)
        try:
            child = await ChildProcess.start(
                description,
                on_output=lambda line: self._output.process_line(label, line, on_screen=description.on_screen),
                on_error=lambda line: self._take_error_line(label, line),
            )
        except OSError as error:
            self._output.runner_line(label, f"cannot be started: {error}.")
            return _CANNOT_START_STATUS
        self._output.runner_line(label, f"started with pid {child.pid}")
        ended = asyncio.create_task(child.wait())
        asked = asyncio.create_task(self._shutdown.wait())
        await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if not ended.done():
            await self._escalate(child, ended, description, label=label)
        status = await ended
        self._report_end(status, child=child, description=description, label=label)
        return status

    def _take_error_line(self, label: str, line: str) -> None:
        if line.startswith(_ERROR_PREFIX):
            self._errors[label] = line
        self._output.process_line(label, line, on_screen=True)

    async def _escalate(
        self, child: ChildProcess, ended: asyncio.Task[int], description: ProcessDescription, *, label: str
    ) -> None:
        child.send(signal.SIGINT)
        for patience_s, number in (
            (description.sigterm_timeout_s, signal.SIGTERM),
            (description.sigkill_timeout_s, signal.SIGKILL),
        ):
            await asyncio.wait({ended}, timeout=patience_s)
            if ended.done():
                return
            self._output.runner_line(label, f"has not ended after {patience_s:g} s; sending {number.name}.")
            child.send(number)

    async def _wait_for_shutdown(self, timeout_s: float) -> None:
        asked = asyncio.create_task(self._shutdown.wait())
        await asyncio.wait({asked}, timeout=timeout_s)
        asked.cancel()

    def _report_end(self, status: int, *, child: ChildProcess, description: ProcessDescription, label: str) -> None:
        if status == 0:
            self._output.runner_line(label, f"ended (pid {child.pid})")
        elif status < 0:
            self._output.runner_line(label, f"was ended by {signal.Signals(-status).name} (pid {child.pid})")
        elif self._shutdown.is_set() or description.ends_launch:
            self._output.runner_line(label, f"ended with status {status} (pid {child.pid})")
        else:
            command = " ".join(description.command)
            self._output.runner_line(label, f"died with status {status} (pid {child.pid}, command: {command})")
