"""Sends weights in chunks; a late joiner gets the newest version and every named one."""

from __future__ import annotations

import queue
from typing import Any

from rclpy.node import Node

from user_core.ros import qos
from user_core.ros.conversions import to_message
from user_core.ros.publishing import try_publish
from user_interfaces.msg import PolicyWeights
from user_policies.weights.chunks import chunk_count, split
from user_policies.weights.payload import WeightsPayload

TOPIC = "/learner/weights"


class WeightsPublisher:
    """Takes payloads from any thread and publishes them in the executor's.

    Named weights have writers of their own, each with a history of its own: a version sent later cannot push them out.

    Args:
        node: Whose executor publishes.
    """

    def __init__(self, *, node: Node) -> None:
        self._node = node
        self._waiting: queue.SimpleQueue[WeightsPayload] = queue.SimpleQueue()
        self._woken = node.create_guard_condition(self._publish_waiting)
        self._writers: dict[str, tuple[int, Any]] = {}

    def send(self, payload: WeightsPayload) -> None:
        """Publish soon; may be called from any thread."""
        self._waiting.put(payload)
        self._woken.trigger()

    def _publish_waiting(self) -> None:
        """Publish what waits; of several versions only the newest is wanted."""
        waiting: dict[str, WeightsPayload] = {}
        while not self._waiting.empty():
            payload = self._waiting.get()
            waiting[payload.header.name] = payload
        for payload in waiting.values():
            writer = self._writer(payload)
            stamp = self._node.get_clock().now().nanoseconds
            for chunk in split(payload, stamp_ns=stamp):
                try_publish(writer, to_message(chunk, "user_interfaces/msg/PolicyWeights"))

    def _writer(self, payload: WeightsPayload) -> Any:
        """Return the writer for a name, "" for all unnamed versions; its history holds two versions of this size."""
        chunks = chunk_count(payload)
        depth, writer = self._writers.get(payload.header.name, (0, None))
        if chunks <= depth:
            return writer
        if writer is not None:
            self._node.destroy_publisher(writer)
        writer = self._node.create_publisher(PolicyWeights, TOPIC, qos.weights_writer(chunks))
        self._writers[payload.header.name] = (chunks, writer)
        return writer
