"""`Topics` over a real node: what adapters are handed instead of rclpy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.callback_groups import CallbackGroup
from rclpy.node import Node

from user_core.goals import SendGoal
from user_core.interfaces import Subscription
from user_core.ros import qos
from user_core.ros.action_goals import ActionGoals
from user_core.ros.messages import message_class
from user_core.ros.publishing import try_publish


class NodeTopics:
    """Subscribe and publish by type name on a node; topic names are relative to the node's namespace."""

    def __init__(self, *, node: Node, callback_group: CallbackGroup | None = None) -> None:
        self._node = node
        self._group = callback_group

    def subscribe(self, topic: str, type_name: str, callback: Callable[[Any], None], *, reliable: bool) -> Subscription:
        """Call `callback` with each message of the topic."""
        handle: Subscription = self._node.create_subscription(
            message_class(type_name), topic, callback, qos.driver(reliable=reliable), callback_group=self._group
        )
        return handle

    def publisher(self, topic: str, type_name: str, *, reliable: bool) -> Callable[[Any], None]:
        """Return a function that publishes a message; what the middleware refuses is reported in the node's log."""
        publisher = self._node.create_publisher(message_class(type_name), topic, qos.driver(reliable=reliable))

        def publish(message: Any) -> None:
            try_publish(publisher, message)

        return publish

    def action(self, name: str, type_name: str) -> SendGoal:
        """Return a function that sends a goal and reports what becomes of it; nothing is waited for."""
        return ActionGoals(node=self._node, action_type=message_class(type_name), name=name, callback_group=self._group)

    def message(self, type_name: str) -> Any:
        """Return a new, empty message."""
        return message_class(type_name)()

    def publisher_count(self, topic: str) -> int:
        """Return how many publishers the graph shows; a killed one stays visible for up to 20 s."""
        return int(self._node.count_publishers(topic))
