"""Run one node: make it, spin it, and end it the way a launched process should end."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

import rclpy
from rclpy.executors import Executor, ExternalShutdownException, SingleThreadedExecutor
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from user_core.errors import UserRosError

_WAIT_S = 0.2


class NodeExit(Exception):  # noqa: N818 - not an error: a node has done its work
    """Raised inside a callback to end the process with a status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"exit {status}")
        self.status = status


class StopRequest:
    """Notes SIGINT and SIGTERM. An exception out of the handler could strike anywhere, and be swallowed there."""

    def __init__(self) -> None:
        self.made = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self)

    def __call__(self, number: int, frame: object) -> None:
        """Handle a signal."""
        self.made = True


def event_driven_executor() -> Executor:
    """Return the executor that costs half the time per message, for nodes of the control loop.

    It comes with ROS 2 Kilted; before that, and for nodes that end by NodeExit, which it reports as a fault, there is
    the ordinary one.
    """
    try:
        from rclpy.experimental import EventsExecutor
    except ImportError:
        return SingleThreadedExecutor()
    executor: Executor = EventsExecutor()
    return executor


def run_node(
    make_node: Callable[[], Node],
    arguments: list[str] | None = None,
    *,
    make_executor: Callable[[], Executor] = SingleThreadedExecutor,
) -> int:
    """Spin a node until SIGINT, SIGTERM or NodeExit; return the process's exit status.

    An error of ours at start (a wrong parameter, a missing package) is printed as one sentence and ends with status 2.
    A node that has `shutdown()` gets it called before it is destroyed.
    """
    stop = StopRequest()
    node: Node | None = None
    status = 0
    try:
        rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
        node = make_node()
        executor = make_executor()
        executor.add_node(node)
        while not stop.made:
            # A bounded wait, since Python sees a signal only between two waits.
            executor.spin_once(timeout_sec=_WAIT_S)
    except NodeExit as done:
        status = done.status
    except ExternalShutdownException:
        status = 0
    except (UserRosError, rclpy_implementation.RCLError) as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        status = 2
    finally:
        if node is not None:
            getattr(node, "shutdown", lambda: None)()
            node.destroy_node()
        rclpy.try_shutdown()
    return status


def end_process(status: int) -> NoReturn:
    """End at once after `run_node`, which has closed all of ours.

    For nodes that import torch: its teardown takes a second of CPU, several seconds on a busy machine, and a launcher
    that waits for its nodes would kill them meanwhile.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
