"""The topics that environment_node hands to its adapters: nothing waits, and nothing that fails ends the node."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.context import Context
from rclpy.node import Node
from std_msgs.msg import Float64MultiArray

from tests.support.spinning import Spinning
from tests.support.wait import wait_for
from user_core.goals import GoalEvent, GoalReport
from user_core.ros.topics import NodeTopics
from user_interfaces.action import RunEpisodes

pytestmark = [pytest.mark.ros, pytest.mark.timeout(60)]

ACTION_TYPE = "user_interfaces/action/RunEpisodes"
ANSWER_S = 0.5
AT_ONCE_S = 0.05


class SlowServer(Node):
    """Judges each goal after a moment; runs what it takes until it is canceled, or for as long as the seed says.

    Modes: `no` is refused, `fail` is aborted, anything else succeeds.
    """

    def __init__(self, *, context: Context) -> None:
        super().__init__("slow_server", context=context)
        self.modes: list[str] = []
        self._never = threading.Event()
        self._server: ActionServer[Any, Any, Any] = ActionServer(
            self,
            RunEpisodes,
            "slow",
            execute_callback=self._execute,
            goal_callback=self._judge,
            cancel_callback=lambda handle: CancelResponse.ACCEPT,
            callback_group=ReentrantCallbackGroup(),
        )

    def _judge(self, goal: RunEpisodes.Goal) -> GoalResponse:
        self.modes.append(goal.mode)
        self._never.wait(ANSWER_S)
        return GoalResponse.REJECT if goal.mode == "no" else GoalResponse.ACCEPT

    def _execute(self, handle: Any) -> RunEpisodes.Result:
        handle.publish_feedback(RunEpisodes.Feedback(seed=7))
        until_s = time.monotonic() + float(handle.request.seeds[0])
        while time.monotonic() < until_s:
            if handle.is_cancel_requested:
                handle.canceled()
                return RunEpisodes.Result()
            self._never.wait(0.01)
        handle.abort() if handle.request.mode == "fail" else handle.succeed()
        return RunEpisodes.Result()


class Graph:
    """A client of the slow server, both spinning; `reports` are of all goals sent, in order."""

    def __init__(self, *, context: Context) -> None:
        self.client, self.server = Node("client", context=context), SlowServer(context=context)
        self._send = NodeTopics(node=self.client).action("slow", ACTION_TYPE)
        self.reports: list[GoalReport] = []

    @property
    def events(self) -> list[GoalEvent]:
        return [report.event for report in list(self.reports)]

    def send(self, mode: str, *, seconds: int) -> Callable[[], None]:
        """Send a goal that runs for some seconds; return what cancels it."""
        return self._send({"mode": mode, "seeds": [seconds]}, self.reports.append)

    def find_server(self) -> None:
        """Send goals until the server has had one, and has answered all that it had."""

        def heard() -> bool:
            if not self.server.modes:
                self.send("no", seconds=0)
            return bool(self.server.modes)

        wait_for(heard, 10.0, what="the server")
        count = len(self.server.modes)
        wait_for(
            lambda: sum("server refused" in report.reason for report in self.reports) >= count,
            10.0,
            what="an answer to what was tried",
        )
        self.reports.clear()

    def wait_for_end(self) -> None:
        wait_for(lambda: self.reports and self.reports[-1].final, 20.0, what="the goal's end")


@pytest.fixture
def graph(context: Context) -> Iterator[Graph]:
    graph = Graph(context=context)
    with Spinning(graph.client, context=context), Spinning(graph.server, context=context, threads=3):
        graph.find_server()
        yield graph


def test_sending_a_goal_returns_at_once_and_tells_what_becomes_of_it(graph: Graph) -> None:
    begun_s = time.monotonic()
    graph.send("evaluate", seconds=0)
    assert time.monotonic() - begun_s < AT_ONCE_S
    graph.wait_for_end()
    assert graph.events[0] is GoalEvent.ACCEPTED and graph.events[-1] is GoalEvent.SUCCEEDED
    assert [r.message.seed for r in graph.reports if r.event is GoalEvent.FEEDBACK] == [7]


@pytest.mark.parametrize(("mode", "event"), [("no", GoalEvent.REFUSED), ("fail", GoalEvent.ABORTED)])
def test_a_goal_that_comes_to_nothing_says_so(graph: Graph, mode: str, event: GoalEvent) -> None:
    graph.send(mode, seconds=0)
    graph.wait_for_end()
    assert graph.events[-1] is event


@pytest.mark.parametrize("accepted", [False, True])
def test_a_goal_is_canceled_even_before_the_server_has_answered(graph: Graph, accepted: bool) -> None:
    cancel = graph.send("evaluate", seconds=30)
    if accepted:
        wait_for(lambda: GoalEvent.ACCEPTED in graph.events, 10.0, what="the server's yes")
    cancel()
    graph.wait_for_end()
    assert graph.events[-1] is GoalEvent.CANCELED


def test_a_goal_without_a_server_is_refused_at_once_and_nothing_else(context: Context) -> None:
    node, reports = Node("client", context=context), list[GoalReport]()
    NodeTopics(node=node).action("nobody", ACTION_TYPE)({"mode": "evaluate"}, reports.append)
    assert [report.event for report in reports] == [GoalEvent.REFUSED] and "nobody" in reports[0].reason
    node.destroy_node()


def test_what_the_middleware_refuses_to_publish_does_not_end_the_node(context: Context) -> None:
    node = Node("client", context=context)
    publish = NodeTopics(node=node).publisher("target_pose", "std_msgs/msg/Float64MultiArray", reliable=True)
    context.handle.shutdown()
    publish(Float64MultiArray(data=[1.0]))
    node.destroy_node()
