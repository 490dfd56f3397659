"""A person's verdict on its way: a pressed button becomes a label, and labels in the log become known here."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.node import Node

from user_core.log.label import EpisodeLabel
from user_core.ros import qos
from user_core.ros.conversions import from_message
from user_hardware.environment.verdict import LABEL_OF, VerdictDesk
from user_interfaces.msg import EpisodeLabel as LabelMessage
from user_interfaces.srv import LabelEpisode

AUTHOR = "device button"
_RETRY_S = 1.0


class VerdictCalls:
    """Asks for a label until it stands in the log.

    Args:
        node: Where client and subscription live.
        desk: Knows what was asked and pressed.
        after: Called when a label was heard.
    """

    def __init__(self, *, node: Node, desk: VerdictDesk, after: Callable[[], None]) -> None:
        self._desk = desk
        self._after = after
        self._asked_s = -_RETRY_S
        self._client = node.create_client(LabelEpisode, "/replay/label")
        node.create_subscription(LabelMessage, "/replay/label", self._on_label, qos.EPISODES)

    def work(self, *, now_s: float) -> None:
        """Send what a person has pressed, again after a while: the log may be away, or not have the episode yet.

        Args:
            now_s: Monotonic wall seconds.
        """
        answer = self._desk.answer
        if answer is None or now_s - self._asked_s < _RETRY_S or not self._client.service_is_ready():
            return
        self._asked_s = now_s
        request = LabelEpisode.Request(episode=self._desk.awaited, label=LABEL_OF[answer], author=AUTHOR)
        self._client.call_async(request)

    def _on_label(self, message: LabelMessage) -> None:
        self._desk.take_label(from_message(message, EpisodeLabel))
        self._after()
