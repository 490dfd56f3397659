"""The learner's client of the log, against a real service."""

from __future__ import annotations

import pytest
from rclpy.context import Context
from rclpy.node import Node

from tests.support.spinning import Spinning
from tests.support.wait import wait_for
from user_interfaces.srv import FetchTransitions
from user_learner.config import FollowConfig
from user_learner.ros import log_link
from user_learner.ros.log_link import LogLink
from user_learner.session.inbox import Inbox

pytestmark = [pytest.mark.ros, pytest.mark.timeout(60)]


def answer(request: FetchTransitions.Request, response: FetchTransitions.Response) -> FetchTransitions.Response:
    """Say that the log is empty."""
    response.log_id, response.next = "log", request.from_number
    return response


@pytest.mark.parametrize("found", ["/replay/mute", "/replay/nowhere"])
def test_a_client_that_hears_nothing_is_made_anew(
    found: str, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_link, "SILENCE_S", 1.0)
    server, mute, reader = (Node(name, context=context) for name in ("server", "mute", "reader"))
    server.create_service(FetchTransitions, "/replay/fetch", answer)
    mute.create_service(FetchTransitions, "/replay/mute", answer)  # nobody spins it
    inbox = Inbox()
    link = LogLink(node=reader, inbox=inbox, config=FollowConfig(timeout_s=0.2))
    link._client = reader.create_client(FetchTransitions, found)
    with Spinning(server, reader, context=context):
        wait_for(lambda: inbox.take(wait_s=0.0) is not None, 20.0, what="an answer of the log")
    assert (link.lost_requests > 0) == (found == "/replay/mute")
    mute.destroy_node()
