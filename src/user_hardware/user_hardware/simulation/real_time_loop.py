"""A thread that calls a function at a fixed rate."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_MOST_BEHIND_S = 0.2


class RealTimeLoop:
    """Calls `step` every `period_s` on a schedule of its own; a loop too far behind gives up what it missed.

    Attributes:
        failure: What ended the thread before it was stopped; None while all is well.
    """

    def __init__(self, *, step: Callable[[], None], period_s: float, finish: Callable[[], None]) -> None:
        """Prepare the thread.

        Args:
            step: Called every period.
            period_s: Wall seconds from one call to the next.
            finish: Called on the same thread at its end, to free what belongs to it.
        """
        self._step = step
        self._period_s = period_s
        self._finish = finish
        self._stopping = threading.Event()
        self.failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="simulation", daemon=True)

    def start(self) -> None:
        """Begin to call."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and waits for it."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._keep_stepping()
        except Exception as error:  # noqa: BLE001 - whatever it is, another thread has to report it
            self.failure = error
        self._finish()

    def _keep_stepping(self) -> None:
        due_s = time.monotonic()
        while not self._stopping.is_set():
            self._step()
            due_s += self._period_s
            pause_s = due_s - time.monotonic()
            if pause_s > 0:
                self._stopping.wait(pause_s)
            elif pause_s < -_MOST_BEHIND_S:
                due_s = time.monotonic()
