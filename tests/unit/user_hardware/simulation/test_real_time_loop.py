"""The real-time thread keeps its rate, gives up what it missed, and ends."""

from __future__ import annotations

import threading
import time

from tests.support.wait import wait_for
from user_hardware.simulation.real_time_loop import RealTimeLoop


def test_steps_come_at_the_rate_and_end_with_the_loop() -> None:
    times: list[float] = []
    finished = threading.Event()
    loop = RealTimeLoop(step=lambda: times.append(time.monotonic()), period_s=0.01, finish=finished.set)
    loop.start()
    wait_for(lambda: len(times) >= 41, 20.0, what="41 steps")
    loop.stop()
    assert finished.is_set()
    count = len(times)
    # 40 periods, less what a late first step may be caught up.
    assert times[40] - times[0] > 0.4 - 0.2
    assert not threading.Event().wait(0.05)
    assert len(times) == count


def test_a_long_pause_is_not_caught_up() -> None:
    times: list[float] = []

    def step() -> None:
        if not times:
            time.sleep(0.5)
        times.append(time.monotonic())

    loop = RealTimeLoop(step=step, period_s=0.02, finish=lambda: None)
    loop.start()
    wait_for(lambda: len(times) >= 8, 10.0, what="8 steps")
    loop.stop()
    assert times[7] - times[0] > 0.1


def test_a_failure_ends_the_loop_and_is_kept_for_the_report() -> None:
    finished = threading.Event()

    def step() -> None:
        raise ValueError("no such joint")

    loop = RealTimeLoop(step=step, period_s=0.01, finish=finished.set)
    loop.start()
    assert finished.wait(10.0)
    wait_for(lambda: loop.failure is not None, 10.0, what="the failure")
    assert "no such joint" in str(loop.failure)
    loop.stop()
