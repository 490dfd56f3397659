"""All of a process gets ahead of the others, or a sentence says why not."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from user_core.scheduling import schedule_in_real_time

_PROCESS = """
import os, threading
from user_core.scheduling import schedule_in_real_time
end = threading.Event()
threading.Thread(target=end.wait).start()
obstacle = schedule_in_real_time(1)
threading.Thread(target=end.wait).start()
print(obstacle or sorted({os.sched_getscheduler(int(thread)) for thread in os.listdir("/proc/self/task")}))
end.set()
"""


def test_every_thread_of_the_process_is_scheduled_in_real_time_where_that_is_allowed() -> None:
    # In a process of its own, which the tests outrank as soon as it has ended.
    done = subprocess.run(
        [sys.executable, "-c", _PROCESS],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    if "the kernel allows" in done.stdout:
        pytest.skip(done.stdout)
    assert done.stdout.strip() == str([os.SCHED_FIFO])


def test_a_kernel_that_refuses_is_an_inconvenience(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.sched_setscheduler", refuse)
    assert "rtprio" in schedule_in_real_time(7)
    assert "priority 7" in schedule_in_real_time(7)
