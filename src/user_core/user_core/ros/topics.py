"""`Topics` over a real node: what adapters are handed instead of rclpy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.action import ActionClient
from rclpy.callback_groups import CallbackGroup
from rclpy.node import Node

from user_core.interfaces import Subscription
from user_core.ros import qos
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

    def action(self, name: str, type_name: str) -> Callable[..., None]:
        """Return a function that sends a goal, its fields by keyword; one that cannot be sent is lost, and reported."""
        action_type = message_class(type_name)
        client = ActionClient(self._node, action_type, name, callback_group=self._group)

        def send(**fields: Any) -> None:
            try:
                ready = client.server_is_ready()
                if ready:
                    client.send_goal_async(action_type.Goal(**fields))
                problem = "" if ready else "no server is there"
            except RuntimeError as error:  # RCLError is one; its class is private to rclpy
                problem = str(error)
            if problem:
                self._node.get_logger().warning(f"{name}: a goal is lost: {problem}", throttle_duration_sec=10.0)

        return send

    def message(self, type_name: str) -> Any:
        """Return a new, empty message."""
        return message_class(type_name)()

    def publisher_count(self, topic: str) -> int:
        """Return how many publishers the graph shows; a killed one stays visible for up to 20 s."""
        return int(self._node.count_publishers(topic))
