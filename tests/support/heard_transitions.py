"""The transitions that an environment publishes, each once, as a replay keeps them."""

from __future__ import annotations

from rclpy.node import Node

from user_core.ros import qos
from user_core.ros.conversions import from_message
from user_core.types import Transition
from user_interfaces.msg import Transition as TransitionMessage


class HeardTransitions:
    """Listens beside the replay; what was sent anew, because nobody had acknowledged it in time, counts once."""

    def __init__(self, node: Node) -> None:
        self.records: list[Transition] = []
        self._sequences: set[tuple[str, int]] = set()
        node.create_subscription(TransitionMessage, "environment/transition", self._take, qos.TRANSITIONS)

    def _take(self, message: TransitionMessage) -> None:
        record = from_message(message, Transition)
        name = (record.source, record.source_sequence)
        if name not in self._sequences:
            self._sequences.add(name)
            self.records.append(record)
