"""The topic of weights: chunks to whole versions, subscribed to anew when something of one was lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rclpy.node import Node

from user_core.errors import InvalidRecordError
from user_core.ros import qos
from user_core.ros.conversions import from_message
from user_interfaces.msg import PolicyWeights
from user_policies.weights.assembler import WeightsAssembler, WeightsParcel
from user_policies.weights.chunks import WeightsChunk
from user_policies.weights.version import WeightsIdentity


class WeightsSubscription:
    """Hands on each version of a run's weights once all chunks of it are here.

    Args:
        node: Whose executor receives.
        deliver: Called with each complete version, not yet checked.
        stall_s: Seconds without a chunk after which an incomplete newest version is asked for again.
    """

    def __init__(self, *, node: Node, deliver: Callable[[WeightsParcel], None], stall_s: float) -> None:
        self._node = node
        self._deliver = deliver
        self._assembler = WeightsAssembler(stall_s=stall_s)
        self._subscription: Any = None
        self._run = ""
        self.dropped = 0
        self._timer = node.create_timer(1.0, self._on_second)

    def begin(self, run: str) -> None:
        """Take the weights of `run` from now on, those in the learner's history included."""
        self._run = run
        self._assembler.clear()
        self._subscribe()

    def receive_again(self, identity: WeightsIdentity) -> None:
        """Take weights once more that turned out damaged."""
        self._assembler.reject(identity)
        self._subscribe()

    def _subscribe(self) -> None:
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
        self._subscription = self._node.create_subscription(
            PolicyWeights, "/learner/weights", self._on_chunk, qos.WEIGHTS_READER
        )

    def _on_chunk(self, message: PolicyWeights) -> None:
        if message.run != self._run:
            return
        try:
            parcel = self._assembler.add(from_message(message, WeightsChunk), now_s=time.monotonic())
        except InvalidRecordError as error:
            self.dropped += 1
            self._node.get_logger().warning(str(error), throttle_duration_sec=1.0)
            return
        if parcel is not None:
            self._deliver(parcel)

    def _on_second(self) -> None:
        stalled = self._assembler.stalled(now_s=time.monotonic())
        if stalled is not None:
            self._node.get_logger().warning(f"chunks of weights {stalled.label} are missing; subscribing anew")
            self._subscribe()
