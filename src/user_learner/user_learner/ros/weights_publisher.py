"""Sends weights in chunks; a late joiner gets the newest version and every named one."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import Any

from rclpy.node import Node

from user_core.ros import qos
from user_core.ros.conversions import to_message
from user_core.ros.publishing import try_publish
from user_interfaces.msg import PolicyWeights
from user_policies.weights.chunks import WeightsChunk, chunk_count, split
from user_policies.weights.payload import WeightsPayload

TOPIC = "/learner/weights"
_PERIOD_S = 0.002
_LOOK_S = 0.02


class WeightsPublisher:
    """Takes payloads from any thread and publishes them in the executor's, one chunk after the other.

    A burst of chunks would overflow the receivers' socket buffers (208 KB unless a machine is tuned), and observations
    would be lost with it; so chunks are spread. Named weights have writers of their own, each with a history of its
    own: a version sent later cannot push them out.

    Args:
        node: Whose executor publishes.
    """

    def __init__(self, *, node: Node) -> None:
        self._node = node
        self._arrived: queue.SimpleQueue[WeightsPayload] = queue.SimpleQueue()
        self._waiting: dict[str, WeightsPayload] = {}
        self._sending: tuple[Any, Iterator[WeightsChunk]] | None = None
        self._writers: dict[str, tuple[int, Any]] = {}
        self._timer = node.create_timer(_PERIOD_S, self._publish_chunk, autostart=False)
        node.create_timer(_LOOK_S, self._begin)

    def send(self, payload: WeightsPayload) -> None:
        """Publish soon; may be called from any thread."""
        self._arrived.put(payload)

    def _begin(self) -> None:
        """Take what arrived; of several versions only the newest is wanted."""
        if self._arrived.empty():
            return
        while not self._arrived.empty():
            payload = self._arrived.get()
            self._waiting[payload.header.name] = payload
        self._timer.reset()

    def _publish_chunk(self) -> None:
        """Publish the next chunk of the version in progress, then of the next one, then rest."""
        if self._sending is None and self._waiting:
            payload = self._waiting.pop(next(iter(self._waiting)))
            stamp_ns = self._node.get_clock().now().nanoseconds
            self._sending = (self._writer(payload), split(payload, stamp_ns=stamp_ns))
        if self._sending is None:
            self._timer.cancel()
            return
        writer, chunks = self._sending
        chunk = next(chunks, None)
        if chunk is None:
            self._sending = None
        else:
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
