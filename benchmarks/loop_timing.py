"""Measures a running control loop from outside: a process of its own that only listens.

    ./user shell
    python -m benchmarks.loop_timing --robot arm_0 --ticks 3000

It stamps each `environment/observation` and `target_pose` with CLOCK_MONOTONIC as it is received, and lets an idle
process tick at the same rate beside it, for what the machine itself adds. Both ask for the environment's own real-time
priority, so that it is not their waking up which is measured. It prints figures and judges nothing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

import rclpy
from geometry_msgs.msg import PoseStamped
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.serialization import deserialize_message

from benchmarks.loop_record import LoopRecord, table
from user_core.ros import qos
from user_core.scheduling import schedule_in_real_time
from user_interfaces.msg import EnvironmentStatus, Observation

_PRIORITY = 10


class LoopListener(Node):
    """Stamps what one robot's environment publishes."""

    def __init__(self, *, robot: str) -> None:
        super().__init__("loop_timing", enable_rosout=False, start_parameter_services=False)
        self.record = LoopRecord()
        self._misses: dict[str, list[int]] = {}
        prefix = f"/{robot}/environment"
        self.create_subscription(Observation, f"{prefix}/observation", self._observe, qos.TRANSITIONS, raw=True)
        self.create_subscription(EnvironmentStatus, f"{prefix}/status", self._status, qos.LATCHED)
        self.create_subscription(PoseStamped, f"/{robot}/target_pose", self._command, qos.DRIVER, raw=True)

    @property
    def deadline_misses(self) -> int:
        """Return the deadline misses that the environment has counted since this process listens."""
        return sum(counts[-1] - counts[0] for counts in self._misses.values())

    def _observe(self, content: bytes) -> None:
        received_s = time.monotonic()  # before the images are copied out of the message
        message: Any = deserialize_message(content, Observation)
        self.record.observe(message.episode, message.step, received_s)

    def _command(self, content: bytes) -> None:
        self.record.command(time.monotonic())

    def _status(self, message: Any) -> None:  # noqa: ANN401 - EnvironmentStatus.msg
        self._misses.setdefault(message.source, []).append(message.deadline_misses)


class IdleTicker(Node):
    """A control process that does nothing at its ticks."""

    def __init__(self, *, period_s: float) -> None:
        super().__init__("idle_ticker", enable_rosout=False, start_parameter_services=False)
        self.ticks_s: list[float] = []
        self.create_timer(period_s, lambda: self.ticks_s.append(time.monotonic()))


def tick_idly(period_s: float) -> None:
    """Tick until standard input ends, then print the periods as JSON."""
    node = IdleTicker(period_s=period_s)
    threading.Thread(target=lambda: (sys.stdin.read(), rclpy.try_shutdown()), daemon=True).start()
    _spin(node)
    print(json.dumps([after - before for before, after in zip(node.ticks_s, node.ticks_s[1:], strict=False)]))


def measure(*, robot: str, ticks: int, rate_hz: float, limit_s: float) -> list[tuple[str, str]]:
    """Listen until `ticks` periods within episodes were measured, or `limit_s` seconds have passed."""
    command = [sys.executable, "-m", "benchmarks.loop_timing", "--idle-period-s", str(1.0 / rate_hz)]
    idle = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    node = LoopListener(robot=robot)
    end_s = time.monotonic() + limit_s
    shown = 0

    def look() -> None:
        nonlocal shown
        measured = len(node.record.periods_s())
        if measured // 500 > shown:
            shown = measured // 500
            print(f"{measured} of {ticks} ticks", file=sys.stderr, flush=True)
        if measured >= ticks or time.monotonic() > end_s:
            rclpy.try_shutdown()

    node.create_timer(5.0, look)
    try:
        _spin(node)
    finally:
        output, _ = idle.communicate()
    return table(node.record, idle_periods_s=json.loads(output or "[]"), deadline_misses=node.deadline_misses)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return 1 when the robot was never heard."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--robot", default="arm_0", help="namespace of the robot")
    parser.add_argument("--ticks", type=int, default=3000, help="periods within episodes to measure")
    parser.add_argument("--rate-hz", type=float, default=10.0, help="control rate, for the idle process")
    parser.add_argument("--limit-s", type=float, default=3600.0, help="give up after so many seconds")
    parser.add_argument("--idle-period-s", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if obstacle := schedule_in_real_time(_PRIORITY):
        print(obstacle, file=sys.stderr)
    rclpy.init()
    if options.idle_period_s is not None:
        tick_idly(options.idle_period_s)
        return 0
    rows = measure(robot=options.robot, ticks=options.ticks, rate_hz=options.rate_hz, limit_s=options.limit_s)
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")
    return 0 if rows[0][1] != "0" else 1


def _spin(node: Node) -> None:
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        executor.spin()
    except (KeyboardInterrupt, ExternalShutdownException):
        rclpy.try_shutdown()


if __name__ == "__main__":
    sys.exit(main())
