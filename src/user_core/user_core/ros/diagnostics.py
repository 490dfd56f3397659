"""A node's state on /diagnostics, where rqt's monitors look."""

from __future__ import annotations

from collections.abc import Mapping

from rclpy.node import Node

from user_core.ros.messages import message_class
from user_core.ros.publishing import try_publish

_HARDWARE_ID = "user_ros"


class Diagnostics:
    """Publishes one DiagnosticStatus of a node on /diagnostics."""

    def __init__(self, *, node: Node) -> None:
        self._node = node
        self._array = message_class("diagnostic_msgs/msg/DiagnosticArray")
        self._status = message_class("diagnostic_msgs/msg/DiagnosticStatus")
        self._key_value = message_class("diagnostic_msgs/msg/KeyValue")
        self._publisher = node.create_publisher(self._array, "/diagnostics", 10)

    def publish(self, *, fault: str, summary: str, values: Mapping[str, object]) -> None:
        """Publish the state.

        Args:
            fault: What is wrong, for people; "" makes the status OK, anything else WARN.
            summary: One phrase on what the node does.
            values: Numbers and names, shown as a table.
        """
        status = self._status()
        status.level = self._status.WARN if fault else self._status.OK
        status.name = self._node.get_fully_qualified_name().lstrip("/")
        status.hardware_id = _HARDWARE_ID
        status.message = fault or summary
        status.values = [self._key_value(key=key, value=str(value)) for key, value in values.items()]
        array = self._array()
        array.header.stamp = self._node.get_clock().now().to_msg()
        array.status = [status]
        try_publish(self._publisher, array)
