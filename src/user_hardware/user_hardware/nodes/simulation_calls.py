"""AdvanceWorld and ResetWorld, sent without waiting; whoever asked decides when to ask again."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.client import Client
from rclpy.node import Node
from rclpy.task import Future

from user_core.ros.conversions import ns_from_stamp, stamp_from_ns
from user_hardware.environment.simulation_link import AdvanceRequest, SimulationReply, WorldResetRequest
from user_interfaces.srv import AdvanceWorld, ResetWorld

OnReply = Callable[[AdvanceRequest | WorldResetRequest, SimulationReply], None]


class RosSimulationCalls:
    """The two services of simulation_node.

    Args:
        node: Where the clients live.
        control_rate_hz: Control periods per simulated second.
    """

    def __init__(self, *, node: Node, control_rate_hz: float) -> None:
        self._control_rate_hz = control_rate_hz
        self._advance = node.create_client(AdvanceWorld, "simulation/advance")
        self._reset = node.create_client(ResetWorld, "simulation/reset")
        self._on_reply: OnReply | None = None
        self._then: Callable[[], None] = lambda: None
        self._unanswered: tuple[Client, Future] | None = None

    def deliver_to(self, on_reply: OnReply, *, then: Callable[[], None]) -> None:
        """Name who takes the answers, and what is done after each."""
        self._on_reply = on_reply
        self._then = then

    def advance(self, request: AdvanceRequest) -> None:
        """Send AdvanceWorld."""
        message = AdvanceWorld.Request(
            source=request.source,
            tick=request.tick,
            n_ticks=1,
            control_rate_hz=self._control_rate_hz,
            expected_simulation=request.expected_simulation,
            target_stamp=stamp_from_ns(request.target_stamp_ns),
            gripper_command=request.gripper_command,
        )
        self._call(self._advance, message, request, "advanced")

    def reset(self, request: WorldResetRequest) -> None:
        """Send ResetWorld."""
        message = ResetWorld.Request(source=request.source, episode=request.episode, seed=request.seed)
        self._call(self._reset, message, request, "success")

    def _call(
        self,
        client: Client,
        message: AdvanceWorld.Request | ResetWorld.Request,
        request: AdvanceRequest | WorldResetRequest,
        accepted: str,
    ) -> None:
        if not client.service_is_ready():
            return
        if self._unanswered is not None:
            # A call to a simulation that was killed is never answered, and would be kept for ever.
            asked, old = self._unanswered
            asked.remove_pending_request(old)
        future = client.call_async(message)
        self._unanswered = (client, future)

        def deliver(done: object) -> None:
            self._unanswered = None
            answer = future.result()
            if answer is None or self._on_reply is None:
                return
            reply = SimulationReply(
                stamp_ns=ns_from_stamp(answer.stamp),
                simulation=answer.simulation,
                accepted=getattr(answer, accepted),
                reason=answer.reason,
            )
            self._on_reply(request, reply)
            self._then()

        future.add_done_callback(deliver)
