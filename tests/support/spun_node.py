"""A test's own node: in this process, in a context of its own, spun by a thread while the test runs."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

import rclpy
from rclpy.context import Context
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node


class SpunNode:
    """To be entered: then it spins.

    Args:
        name: Of the node.
        domain_id: Where it is.
        namespace: Of the node.

    Attributes:
        node: For publishers and subscriptions, to be made before it spins.
    """

    def __init__(self, name: str, *, domain_id: int, namespace: str) -> None:
        self._context = Context()
        rclpy.init(context=self._context, domain_id=domain_id)
        self.node = Node(name, namespace=namespace, context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._thread = threading.Thread(target=self._spin, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor.shutdown()
        self._thread.join(timeout=10)
        self.node.destroy_node()
        rclpy.try_shutdown(context=self._context)

    def _spin(self) -> None:
        try:
            self._executor.spin()
        except ExternalShutdownException:
            return
