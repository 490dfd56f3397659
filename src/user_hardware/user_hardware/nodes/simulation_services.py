"""AdvanceWorld and ResetWorld: calls that may come late, twice, or before the commands that they name."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.node import Node
from rclpy.task import Future

from user_core.ros.conversions import ns_from_stamp, stamp_from_ns
from user_hardware.simulation.lockstep import AdvanceCall, Lockstep, Verdict
from user_hardware.simulation.snapshot import Snapshot
from user_interfaces.srv import AdvanceWorld, ResetWorld


class SimulationServices:
    """Offers both services on a node; a call that waits for a command keeps nothing else from being served."""

    def __init__(
        self,
        *,
        node: Node,
        advance: Callable[[float], Snapshot] | None,
        reset: Callable[[int], Snapshot],
        publish: Callable[[Snapshot], None],
    ) -> None:
        """Advertise.

        Args:
            node: Where the services live.
            advance: Simulates so many seconds; None where time passes by itself.
            reset: Puts scene and arm where a seed says.
            publish: Sends a result out, each time that it is asked for.
        """
        self.simulation = str(uuid.uuid4())
        self._run_advance = advance
        self._run_reset = reset
        self._publish = publish
        self._lockstep = Lockstep(simulation=self.simulation)
        self._arrival = Future()
        # A waiting call must keep neither the commands that it waits for nor a newer call from being taken.
        waiting = ReentrantCallbackGroup()
        node.create_service(AdvanceWorld, "simulation/advance", self._advance, callback_group=waiting)
        node.create_service(ResetWorld, "simulation/reset", self._reset)

    def note_target(self, stamp_ns: int) -> None:
        """Take note of a received target by its header stamp."""
        self._lockstep.note_target(stamp_ns)
        self._wake()

    def note_gripper(self, command: float) -> None:
        """Take note of a received gripper command."""
        self._lockstep.note_gripper(command)
        self._wake()

    def _wake(self) -> None:
        """Let the waiting calls look again."""
        arrival, self._arrival = self._arrival, Future()
        arrival.set_result(None)

    async def _advance(self, request: AdvanceWorld.Request, response: AdvanceWorld.Response) -> AdvanceWorld.Response:
        response.simulation = self.simulation
        if self._run_advance is None:
            response.reason = "time passes by itself: real_time_factor of simulation_node is not 0"
            return response
        if not request.control_rate_hz > 0:
            response.reason = f"control_rate_hz = {request.control_rate_hz} is not allowed: more than 0"
            return response
        call = AdvanceCall(
            source=request.source,
            tick=request.tick,
            expected_simulation=request.expected_simulation,
            target_stamp_ns=ns_from_stamp(request.target_stamp),
            gripper_command=request.gripper_command,
        )
        self._lockstep.receive(call)
        self._wake()
        while (judged := self._lockstep.judge(call))[0] is Verdict.WAIT:
            await self._arrival
        verdict, response.reason = judged
        if verdict is Verdict.ADVANCE:
            self._lockstep.advanced(call, self._run_advance(request.n_ticks / request.control_rate_hz))
        snapshot = self._lockstep.last_advance
        if verdict is not Verdict.REFUSE and snapshot is not None:
            self._publish(snapshot)
            response.stamp = stamp_from_ns(snapshot.stamp_ns)
            response.advanced = True
        return response

    def _reset(self, request: ResetWorld.Request, response: ResetWorld.Response) -> ResetWorld.Response:
        snapshot = self._lockstep.repeated_reset(source=request.source, episode=request.episode)
        if snapshot is None:
            snapshot = self._run_reset(request.seed)
            self._lockstep.was_reset(source=request.source, episode=request.episode, snapshot=snapshot)
        self._publish(snapshot)
        response.simulation = self.simulation
        response.stamp = stamp_from_ns(snapshot.stamp_ns)
        response.success = True
        return response
