"""What the arm's cameras see, for the console: the images of the newest observation, while somebody looks."""

from __future__ import annotations

from rclpy.node import Node
from rclpy.subscription import Subscription

from user_core.errors import InvalidRecordError
from user_core.ros import qos
from user_core.ros.conversions import from_message
from user_core.types import ImageArray
from user_core.types import Observation as ObservationData
from user_hardware.console.picture import picture_lines
from user_hardware.console.terminal import Terminal
from user_interfaces.msg import Observation

_PERIOD_S = 0.2
_SHARE_OF_HEIGHT = 0.6


class PictureFeed:
    """Subscribes while pictures are shown, and draws them a few times a second.

    Args:
        node: Where the subscription lives.
    """

    def __init__(self, *, node: Node) -> None:
        self._node = node
        self._subscription: Subscription | None = None
        self._images: tuple[ImageArray, ...] = ()
        self._lines: list[str] = []
        self._drawn_s = float("-inf")

    def toggle(self) -> None:
        """Begin to show pictures, or end it."""
        if self._subscription is None:
            self._subscription = self._node.create_subscription(
                Observation, "environment/observation", self._take, qos.NEWEST
            )
            return
        self._node.destroy_subscription(self._subscription)
        self._subscription, self._images, self._lines = None, (), []

    def lines(self, terminal: Terminal, now_s: float) -> list[str]:
        """Return the newest picture as lines that fit the terminal; none while nobody looks."""
        if self._images and now_s - self._drawn_s >= _PERIOD_S:
            rows = int(_SHARE_OF_HEIGHT * terminal.height)
            self._lines = picture_lines(self._images, columns=terminal.width - 1, rows=rows)
            self._drawn_s = now_s
        return self._lines

    def _take(self, message: Observation) -> None:
        try:
            self._images = from_message(message, ObservationData).images
        except InvalidRecordError as error:
            self._node.get_logger().warning(f"environment/observation: {error}", throttle_duration_sec=5.0)
