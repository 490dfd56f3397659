"""Whether recorder_node hears an arm; the graph is asked, since a recorder never talks to anybody."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.clock import Clock
from rclpy.node import Node

from user_hardware.environment.config import EnvironmentConfig
from user_hardware.recording.topics import recorded_topics

_RECORDER = "recorder_node"
_PERIOD_S = 0.2


class RecorderWatch:
    """Looks until the recorder in the node's namespace subscribes to all topics that it records, then no more.

    Args:
        node: The environment's.
        config: Names the topics.
        clock: Of the looking.
        on_found: Called once.
    """

    def __init__(self, *, node: Node, config: EnvironmentConfig, clock: Clock, on_found: Callable[[], None]) -> None:
        self._node = node
        self._on_found = on_found
        self._missing = [node.resolve_topic_name(topic.name) for topic in recorded_topics(config, besides=())]
        self._timer = node.create_timer(_PERIOD_S, self._look, clock=clock)

    def _look(self) -> None:
        self._missing = [topic for topic in self._missing if not self._is_heard(topic)]
        if not self._missing:
            self._timer.cancel()
            self._on_found()

    def _is_heard(self, topic: str) -> bool:
        recorder = (_RECORDER, self._node.get_namespace())
        found = self._node.get_subscriptions_info_by_topic(topic)
        return any((one.node_name, one.node_namespace) == recorder for one in found)
