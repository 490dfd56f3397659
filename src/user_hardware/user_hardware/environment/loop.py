"""The control loop: what happens at a tick, at an answer and at a deadline, in every state of the arbiter."""

from __future__ import annotations

import uuid

from user_core.errors import InvalidRecordError
from user_core.types import ActionChunk, Outcome
from user_hardware.environment.arbiter import ControlEvent, ControlState
from user_hardware.environment.attempt import OUTSIDE_BOX, WRENCH_LIMIT, Attempt
from user_hardware.environment.commander import PoseLostError
from user_hardware.environment.goal import EpisodeRequest
from user_hardware.environment.hold import UNATTENDED, Hold, HoldCause, Pause
from user_hardware.environment.loop_parts import LoopParts, Need
from user_hardware.environment.opening import open_attempt, report_end
from user_hardware.environment.person import ABSENT
from user_hardware.environment.reset import ResetStatus
from user_hardware.environment.sensors import Snapshot
from user_hardware.environment.verdict import VerdictDesk
from user_hardware.environment.waiting import obstacle_to_reset
from user_hardware.environment.workbench import Workbench


class ControlLoop:
    """Walks from hold to reset to episode and back; never waits, never sleeps, and holds on whatever goes wrong.

    Args:
        bench: The parts that an episode works with.
        parts: All other parts.
    """

    def __init__(self, *, bench: Workbench, parts: LoopParts) -> None:
        self._bench = bench
        self._parts = parts
        self._config = bench.config
        self._arbiter = bench.arbiter
        self._person_input = ABSENT
        self._request: EpisodeRequest | None = None
        self._episode = ""
        self._pause = Pause(config=bench.config)
        self.attempt: Attempt | None = None
        self.prompt = ""
        self.ticks = 0
        self.deadline_misses = 0
        self.rejected_actions = 0

    @property
    def state(self) -> ControlState:
        """Who controls the arm."""
        return self._arbiter.state

    @property
    def held(self) -> Hold | None:
        """Why the arm is held, or None."""
        return self._parts.holding.held

    @property
    def need(self) -> Need:
        """What must happen before the next tick makes sense; in real time ticks come anyway."""
        if self.attempt is not None:
            return Need.ANSWER if self.attempt.awaiting else Need.TIME
        return Need.TIME if self.state is ControlState.RESET and self._parts.resetting.moving else Need.NEIGHBOURS

    @property
    def episode(self) -> str:
        """UUID of the running episode, or ""."""
        return "" if self.attempt is None else self.attempt.identity.episode

    @property
    def verdicts(self) -> VerdictDesk:
        """What a person is asked about ended episodes."""
        return self._parts.verdicts

    @property
    def released(self) -> bool:
        """Whether every device has been let go for the hold time."""
        return self._arbiter.released

    @property
    def resets_world(self) -> bool:
        """Whether the simulation is putting the world back for an episode."""
        return self.state is ControlState.RESET and not self._parts.resetting.moving

    def watch_person(self) -> None:
        """Look at the devices; to be called once a tick."""
        before = self.state
        self._person_input = self._parts.person.read()
        self._arbiter.observe(self._person_input)
        self.verdicts.press(self._person_input.mark)
        if self.state is not ControlState.HOLD:
            return
        already_held = before is ControlState.HOLD
        if self._person_input.stop and (self.held is None or self.held.cause is not HoldCause.PERSON):
            self._enter_hold(Hold(cause=HoldCause.PERSON, reason="stopped by a person"), command=not already_held)
        elif not already_held:
            self._enter_hold(Hold(cause=HoldCause.FAULT, reason="a device was moved during the reset"))

    def tick(self) -> None:
        """Take the newest samples and do what the state asks for."""
        self.ticks += 1
        snapshot = self._parts.sensors.read()
        problems = self._parts.watch.problems(snapshot, streams=self._streams_must_deliver())
        self._parts.holding.problems = problems
        for fault in problems or self._parts.gripper.faults(self.state):
            self.hold(fault)
        try:
            self._tick_state(snapshot)
        except (PoseLostError, InvalidRecordError) as error:
            self.hold(str(error))

    def answer(self, chunk: ActionChunk) -> None:
        """Take an action chunk of a policy, whenever it comes; one that does not fit is counted and dropped."""
        if self.attempt is None:
            return
        try:
            self.attempt.answer(chunk)
        except InvalidRecordError as error:
            self.rejected_actions += 1
            self.attempt.count("rejected_action")
            self.prompt = str(error)
        self._settle_attempt()

    def may_act(self, *, late: bool = False) -> bool:
        """Tell whether the step that waits for an answer can be acted on now; when it is `late`, by what is spare."""
        if self.attempt is None or not self.attempt.awaiting or self.attempt.obstacle:
            return False
        if self.state is ControlState.TAKEOVER:
            return self.attempt.started or self._person_input.engaged
        return self.attempt.uses_policy and (self.attempt.has_answer or (late and self.attempt.has_spare))

    def act(self, *, missed: bool = False) -> None:
        """Act on the newest observation: as the answer says, or by keeping the target when it is `missed`."""
        if self.attempt is None or not self.attempt.awaiting:
            return
        try:
            self.attempt.act(self._person_input, missed=missed)
        except PoseLostError as error:
            self.hold(str(error))
            return
        self._pause.end()
        self.deadline_misses += missed
        self.prompt = ""
        self._settle_attempt()

    def settle(self, *, overdue: bool = False) -> None:
        """Judge the last step when its estimate may have come, or at once when it is `overdue`."""
        if self.attempt is not None:
            self.attempt.settle(overdue=overdue)
            self._settle_attempt()

    def on_deadline(self) -> None:
        """Go on without the answer that has not come; before the first action nothing can be missed."""
        if self.attempt is not None and self.attempt.awaiting and self.attempt.started:
            self.settle(overdue=True)
            self.act(missed=not self.may_act(late=True))

    def on_wrench(self) -> None:
        """Look at a wrench that has just arrived; beyond the limit the arm retreats, and either way it holds."""
        if self.state in (ControlState.HOLD, ControlState.WAITING):
            return
        wrench = self._parts.sensors.arm().wrench
        if fault := self._parts.watch.wrench_fault(wrench):
            self.hold(fault)
        elif contact := self._parts.watch.contact_problem(wrench):
            self.hold(contact, event=WRENCH_LIMIT)

    def check_pose_age(self) -> None:
        """Hold when the pose has become too old while the arm is commanded."""
        if self.state in (ControlState.HOLD, ControlState.WAITING):
            return
        try:
            self._bench.commander.measured()
        except PoseLostError as error:
            self.hold(str(error))

    def hold(self, reason: str, *, cause: HoldCause = HoldCause.FAULT, event: str = "") -> None:
        """Stop at the measured pose until `resume`; a running episode is incomplete.

        Args:
            reason: For people.
            cause: Who or what stopped the arm; a person's hold outranks one that stands already.
            event: Name of a safety event; at the wrench limit the arm retreats.
        """
        already_held = self.state is ControlState.HOLD
        if already_held and cause is not HoldCause.PERSON:
            return
        self._arbiter.handle(ControlEvent.FAULT)
        self._enter_hold(Hold(cause=cause, reason=reason), event=event, command=not already_held)

    def resume(self) -> str:
        """Leave HOLD for the next reset; return why not, or "" when done."""
        problem = self._parts.holding.release()
        if not problem:
            self.prompt = ""
        return problem

    def reset_done(self) -> str:
        """Take the person's word that the scene is ready; return why it was not asked for, or ""."""
        return "" if self._parts.resetting.confirm() else f"no reset is in progress: the state is {self.state}"

    def reconsider(self) -> None:
        """Give up an episode that has not started when something else should run, or its policy never comes."""
        attempt = self.attempt
        if attempt is None or attempt.started:
            return
        patience_s = self._config.timing.policy_patience_s
        if not self._parts.schedule.wants(attempt.request):
            attempt.abort(reason="gave way to another request before it began")
        elif attempt.request.policy_version and attempt.refusal and attempt.waited_s() > patience_s:
            attempt.abort(reason=f"the policy does not answer: {attempt.refusal}")
        elif self._pause.is_too_long(self._bench.clock.wall_s()):
            self.hold(UNATTENDED, cause=HoldCause.PAUSE)
        elif attempt.obstacle:
            self.prompt = attempt.obstacle
        elif attempt.uses_policy:
            self.prompt = f"waiting for policy_node: {attempt.refusal or 'no answer yet'}"
        else:
            self.prompt = self._parts.person.invitation
        self._settle_attempt()

    def _tick_state(self, snapshot: Snapshot) -> None:
        if self.state is ControlState.HOLD:
            self.prompt = self._parts.holding.tick(snapshot)
        elif self.state is ControlState.RESET:
            self._tick_reset(snapshot)
        elif self.attempt is not None:
            self._tick_episode(snapshot)
        if self.state is ControlState.WAITING:
            self._tick_waiting()

    def _tick_waiting(self) -> None:
        request = self._parts.schedule.next_request(required_version=self._parts.budget.required_version)
        obstacle = obstacle_to_reset(bench=self._bench, parts=self._parts, request=request, released=self.released)
        self.prompt = obstacle
        if request is None or obstacle:
            if self._pause.is_too_long(self._bench.clock.wall_s()):
                self.hold(UNATTENDED, cause=HoldCause.PAUSE)
            return
        self._pause.end()
        self._request, self._episode = request, str(uuid.uuid4())
        self._arbiter.handle(ControlEvent.RESET_BEGINS)
        self._parts.resetting.begin(source=self._bench.output.source, episode=self._episode, seed=request.seed)

    def _tick_reset(self, snapshot: Snapshot) -> None:
        status = self._parts.resetting.tick(snapshot)
        self.prompt = self._parts.resetting.reason
        if status is ResetStatus.FAILED:
            self.hold(self.prompt)
        elif status is ResetStatus.DONE and self._request is not None:
            self._open(self._request, snapshot)

    def _open(self, request: EpisodeRequest, snapshot: Snapshot) -> None:
        self._bench.builder.wrench_bias = self._parts.resetting.wrench_bias
        self._parts.resetting.abandon()
        self._parts.schedule.begin(request)
        self.attempt = open_attempt(bench=self._bench, spec=self._parts.spec, request=request, episode=self._episode)
        self.attempt.observe(snapshot)

    def _tick_episode(self, snapshot: Snapshot) -> None:
        self.on_deadline()
        if self.attempt is None:
            return
        problem = self._parts.watch.workspace_problem(self._bench.commander.measured())
        if problem:
            self.hold(problem, event=OUTSIDE_BOX)
            return
        self.attempt.observe(snapshot, mark=self._person_input.mark)
        self._settle_attempt()
        self.reconsider()

    def _settle_attempt(self) -> None:
        """Close the books on an attempt that has ended; one that broke off in the middle is followed by a hold."""
        attempt = self.attempt
        if attempt is None or attempt.end is None:
            return
        end, self.attempt = attempt.end, None
        if end.awaits_verdict:
            self.verdicts.open(attempt)
        else:
            report_end(self._parts.schedule, attempt, end)
        if end.outcome is Outcome.INCOMPLETE and attempt.started:
            self.hold(end.reason)
        else:
            self._arbiter.handle(ControlEvent.EPISODE_ENDS)

    def _enter_hold(self, hold: Hold, *, event: str = "", command: bool = True) -> None:
        self._parts.holding.held = hold
        self.prompt = hold.reason
        self._pause.end()
        self._parts.resetting.abandon()
        if self.attempt is not None:
            self.attempt.break_off(hold.reason, event=event)
            self._settle_attempt()
        if command:
            self.prompt = self._parts.holding.command(retreat=event == WRENCH_LIMIT)

    def _streams_must_deliver(self) -> bool:
        """In lockstep streams stand still until the world has been put for an episode."""
        return not self._config.lockstep or self.attempt is not None or self._parts.resetting.moving
