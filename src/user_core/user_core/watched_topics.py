"""Topics that tell, after each message, which one it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from user_core.goals import SendGoal
from user_core.interfaces import Subscription, Topics


class WatchedTopics:
    """Passes everything on to other topics, and calls `after` with the topic's name once an adapter has its message.

    Args:
        topics: What adapters would otherwise be handed.
        after: Called after each message.
    """

    def __init__(self, *, topics: Topics, after: Callable[[str], None]) -> None:
        self._topics = topics
        self._after = after

    def subscribe(self, topic: str, type_name: str, callback: Callable[[Any], None], *, reliable: bool) -> Subscription:
        """Call `callback`, then `after`, with each message."""

        def receive(message: Any) -> None:
            callback(message)
            self._after(topic)

        return self._topics.subscribe(topic, type_name, receive, reliable=reliable)

    def publisher(self, topic: str, type_name: str, *, reliable: bool) -> Callable[[Any], None]:
        """Return a function that publishes a message."""
        return self._topics.publisher(topic, type_name, reliable=reliable)

    def action(self, name: str, type_name: str) -> SendGoal:
        """Return a function that sends a goal."""
        return self._topics.action(name, type_name)

    def message(self, type_name: str) -> Any:
        """Return a new message."""
        return self._topics.message(type_name)

    def publisher_count(self, topic: str) -> int:
        """Return how many publishers the graph shows."""
        return self._topics.publisher_count(topic)
