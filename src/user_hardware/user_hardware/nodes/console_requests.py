"""What the operator's console asks of other nodes, and what they answer, in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from rclpy.node import Node
from rclpy.task import Future
from std_srvs.srv import Trigger

from user_interfaces.srv import LabelEpisode

SERVICES = ("hold", "resume", "reset_done")


class ConsoleRequests:
    """Calls that are not waited for.

    Args:
        node: Where the clients live.
        author: Who says so, in labels.
        say: Takes each answer as a line.
    """

    def __init__(self, *, node: Node, author: str, say: Callable[[str], None]) -> None:
        self._node = node
        self._author = author
        self._say = say
        self._triggers = {name: node.create_client(Trigger, f"environment/{name}") for name in SERVICES}
        self._label = node.create_client(LabelEpisode, "/replay/label")

    def ask(self, service: str) -> None:
        """Call one of SERVICES of the environment."""
        self._send(self._triggers[service], Trigger.Request(), service)

    def mark(self, episode: str, *, success: bool) -> None:
        """Put a person's word on an episode into the log."""
        if not episode:
            self._say("no episode has been seen yet that could be marked")
            return
        label = "success" if success else "failure"
        request = LabelEpisode.Request(episode=episode, label=label, author=self._author)
        self._send(self._label, request, f"{label} of episode {episode[:8]}")

    def _send(self, client: Any, request: Any, what: str) -> None:
        if client.service_is_ready():
            client.call_async(request).add_done_callback(partial(self._on_reply, what))
        else:
            self._say(f"{what}: nobody offers {self._node.resolve_service_name(client.srv_name)}")

    def _on_reply(self, what: str, future: Future) -> None:
        reply = future.result()
        if isinstance(reply, LabelEpisode.Response):
            self._say(f"{what}: {'in the log' if reply.accepted else reply.reason}")
        else:
            self._say(f"{what}: {reply.message}")
