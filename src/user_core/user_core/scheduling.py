"""Real-time scheduling of a process by Linux."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_THREADS = Path("/proc/self/task")


def schedule_in_real_time(priority: int) -> str:
    """Put every thread of this process, and what they start, ahead of all ordinary processes (SCHED_FIFO).

    Whom such a thread wakes up by sending something no longer interrupts the sending.

    Args:
        priority: From 1 to 99; the controllers of ros2_control take 50.

    Returns:
        Why the kernel does not allow it and what to change, or "" when it is done.
    """
    parameters = os.sched_param(priority)
    try:
        for thread in _THREADS.iterdir():
            with suppress(ProcessLookupError):  # it has ended meanwhile
                os.sched_setscheduler(int(thread.name), os.SCHED_FIFO, parameters)
    except PermissionError:
        return (
            f"the kernel allows this user no real-time priority {priority}: ticks may be some milliseconds late beside "
            f"other work; for steadier ones add '@realtime - rtprio 99' to /etc/security/limits.conf and the user to "
            f"the group realtime"
        )
    return ""
