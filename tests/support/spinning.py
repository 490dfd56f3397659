"""Real nodes in one process: a context of their own, spun in a thread."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from rclpy.context import Context
from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor, SingleThreadedExecutor
from rclpy.node import Node


class Spinning:
    """Spins nodes in a thread for as long as the block runs, then ends them as the node runner does.

    Args:
        nodes: What is spun.
        context: Theirs.
        threads: More than one for a server whose callbacks wait.
    """

    def __init__(self, *nodes: Node, context: Context, threads: int = 1) -> None:
        self._nodes = nodes
        self._executor = (
            SingleThreadedExecutor(context=context)
            if threads == 1
            else MultiThreadedExecutor(num_threads=threads, context=context)
        )
        self._thread = threading.Thread(target=self._spin, daemon=True)

    def __enter__(self) -> Self:
        for node in self._nodes:
            self._executor.add_node(node)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor.shutdown(timeout_sec=5.0)
        self._thread.join(timeout=5.0)
        for node in self._nodes:
            getattr(node, "shutdown", lambda: None)()
            node.destroy_node()

    def _spin(self) -> None:
        try:
            self._executor.spin()
        except ExternalShutdownException:
            return
