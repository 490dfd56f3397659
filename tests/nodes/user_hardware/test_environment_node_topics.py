"""The topics that environment_node hands to its adapters: nothing waits, and nothing that fails ends the node."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import rclpy
from rclpy.action import ActionServer, GoalResponse
from rclpy.context import Context
from rclpy.node import Node
from std_msgs.msg import Float64MultiArray

from tests.support.spinning import Spinning
from tests.support.wait import wait_for
from user_core.ros.topics import NodeTopics
from user_interfaces.action import RunEpisodes

pytestmark = [pytest.mark.ros, pytest.mark.timeout(60)]

ACTION_TYPE = "user_interfaces/action/RunEpisodes"
ANSWER_S = 1.0
AT_ONCE_S = 0.05


@pytest.fixture
def context(domain_id: int) -> Iterator[Context]:
    context = Context()
    rclpy.init(context=context, domain_id=domain_id)
    yield context
    context.try_shutdown()


class SlowServer(Node):
    """Takes goals, and answers each after a second."""

    def __init__(self, *, context: Context) -> None:
        super().__init__("slow_server", context=context)
        self.modes: list[str] = []
        self.answers = 0
        self._never = threading.Event()
        self._server: ActionServer[Any, Any, Any] = ActionServer(
            self, RunEpisodes, "slow", execute_callback=self._execute, goal_callback=self._judge
        )

    def _judge(self, goal: RunEpisodes.Goal) -> GoalResponse:
        self.modes.append(goal.mode)
        self._never.wait(ANSWER_S)
        self.answers += 1
        return GoalResponse.REJECT

    def _execute(self, handle: Any) -> RunEpisodes.Result:
        raise AssertionError("every goal is rejected")


def test_sending_a_goal_returns_at_once_however_late_its_server_answers(context: Context) -> None:
    client, server = Node("client", context=context), SlowServer(context=context)
    send = NodeTopics(node=client).action("slow", ACTION_TYPE)
    with Spinning(client, context=context), Spinning(server, context=context):

        def server_is_known() -> bool:
            send(mode="try")
            return bool(server.modes)

        wait_for(server_is_known, 10.0, what="the server")
        wait_for(lambda: server.answers == len(server.modes), 30.0, what="an answer to what was tried")
        begun_s = time.monotonic()
        send(mode="evaluate", seeds=[1])
        assert time.monotonic() - begun_s < AT_ONCE_S
        wait_for(lambda: "evaluate" in server.modes, 30.0, what="the goal")


def test_a_goal_without_a_server_is_lost_and_nothing_else(context: Context) -> None:
    node = Node("client", context=context)
    NodeTopics(node=node).action("nobody", ACTION_TYPE)(mode="evaluate")
    node.destroy_node()


def test_what_the_middleware_refuses_to_publish_does_not_end_the_node(context: Context) -> None:
    node = Node("client", context=context)
    publish = NodeTopics(node=node).publisher("target_pose", "std_msgs/msg/Float64MultiArray", reliable=True)
    context.handle.shutdown()
    publish(Float64MultiArray(data=[1.0]))
    node.destroy_node()
