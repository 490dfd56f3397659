"""What a person can call: hold, resume, reset_done."""

from __future__ import annotations

from rclpy.node import Node
from std_srvs.srv import Trigger

from user_hardware.environment.hold import HoldCause
from user_hardware.environment.loop import ControlLoop


class PersonServices:
    """Three Trigger services over the loop.

    Args:
        node: Where the services live.
        loop: The control loop.
    """

    def __init__(self, *, node: Node, loop: ControlLoop) -> None:
        self._loop = loop
        node.create_service(Trigger, "environment/hold", self._hold)
        node.create_service(Trigger, "environment/resume", self._resume)
        node.create_service(Trigger, "environment/reset_done", self._reset_done)

    def _hold(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._loop.hold("held by a person", cause=HoldCause.PERSON)
        response.success, response.message = True, "the arm holds until resume is called"
        return response

    def _resume(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        problem = self._loop.resume()
        response.success, response.message = not problem, problem or "going on with a reset"
        return response

    def _reset_done(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        problem = self._loop.reset_done()
        response.success, response.message = not problem, problem or "thank you"
        return response
