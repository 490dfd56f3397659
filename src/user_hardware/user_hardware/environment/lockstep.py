"""Lockstep: the world stands still until a command is out, and nothing here depends on how long that takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from user_core.types import Mode
from user_hardware.environment.arbiter import ControlState
from user_hardware.environment.budget import StepBudget
from user_hardware.environment.clock import ControlClock
from user_hardware.environment.commander import Commander
from user_hardware.environment.loop import ControlLoop
from user_hardware.environment.loop_parts import Need
from user_hardware.environment.operator_gate import OperatorGate
from user_hardware.environment.sensors import Sensors
from user_hardware.environment.simulation_link import LinkState, SimulationLink


class LockstepDriver:
    """Moves the loop on whenever something has arrived; `poll` does the rest a few times a second.

    Args:
        loop: The control loop.
        link: The simulation.
        gates: Of each teleoperation device.
        budget: Pauses a training episode before its next step.
        commander: Knows the target that the world must have seen.
        sensors: Knows the stamp of the pose that a person answers.
        clock: The control clock.
        source: Returns the UUID of this environment process.
    """

    def __init__(
        self,
        *,
        loop: ControlLoop,
        link: SimulationLink,
        gates: Mapping[str, OperatorGate],
        budget: StepBudget,
        commander: Commander,
        sensors: Sensors,
        clock: ControlClock,
        source: Callable[[], str],
    ) -> None:
        self._loop = loop
        self._link = link
        self._gates = dict(gates)
        self._budget = budget
        self._commander = commander
        self._sensors = sensors
        self._clock = clock
        self._source = source
        self._person_seen = False

    def pump(self) -> None:
        """Go on as far as possible without waiting; to be called after every message."""
        while self._step():
            pass

    def poll(self) -> None:
        """Do what no message announces: time-outs, neighbours that became ready, a person who has not begun."""
        if self._link.busy:
            self.pump()
            return
        attempt = self._loop.attempt
        if self._loop.need is Need.NEIGHBOURS:
            self._gates_are_open()  # whoever is heard again is present again
            self._loop.watch_person()
            self._loop.tick()
            unanswered = bool(self._loop.verdicts.awaited) and self._loop.verdicts.answer is None
            if self._loop.state is ControlState.WAITING and (unanswered or not self._loop.released):
                # A person answers poses, with the button of a verdict as well.
                self._advance()
        elif attempt is not None and attempt.awaiting:
            self._loop.reconsider()
            attempt.republish()
            if not attempt.uses_policy and not attempt.started and self._gates_are_open():
                # The person begins by answering a pose, so that time has to pass for one to come.
                self._advance()
        self.pump()

    def _step(self) -> bool:
        """Make one move; tell whether there was one."""
        if self._link.busy:
            self._link.poll()
        if self._link.busy:
            return False
        if self._link.state is LinkState.FAILED:
            self._loop.hold(self._link.failure)
            self._link.abandon()
            return True
        if self._link.state is LinkState.DONE:
            self._person_seen = False
            if not self._loop.resets_world:
                self._link.abandon()
            self._loop.tick()
            return True
        if self._loop.need is Need.NEIGHBOURS or not self._gates_are_open():
            return False
        if not self._person_seen:
            self._person_seen = True
            self._loop.watch_person()
            return True
        if self._loop.need is Need.TIME:
            self._advance()
            return False
        return self._act()

    def _act(self) -> bool:
        self._loop.settle()
        attempt = self._loop.attempt
        if attempt is None:
            return True
        if not self._loop.may_act():
            return False
        if attempt.uses_policy and not attempt.has_answer:
            return False
        if attempt.request.mode is Mode.TRAIN and not self._budget.allows_next_step():
            return False
        self._loop.act()
        return True

    def _advance(self) -> None:
        opening = self._commander.opening
        self._link.begin_advance(
            source=self._source(),
            target_stamp_ns=self._commander.target_stamp_ns,
            gripper_command=float("nan") if opening is None else opening,
        )

    def _gates_are_open(self) -> bool:
        pose = self._sensors.arm().tcp_pose
        if pose is None:
            return True
        wall_s = self._clock.wall_s()
        states = [
            gate.is_open(pose_stamp_ns=pose.stamp_ns, tick_s=self._clock.now_s(), wall_s=wall_s)
            for gate in self._gates.values()
        ]
        return all(states)
