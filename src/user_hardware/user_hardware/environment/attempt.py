"""One episode from its first observation to its end: observe, wait for an answer, act, judge, record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from user_core.log.label import EpisodeLabel
from user_core.transforms import Pose
from user_core.types import (
    NO_PLAN,
    ActionChunk,
    ActionSource,
    Mode,
    Observation,
    Outcome,
    SafetyFlag,
    StateArray,
)
from user_hardware.environment.arbiter import ControlState
from user_hardware.environment.episode import EpisodeIdentity
from user_hardware.environment.episode_book import AttemptEnd, EpisodeBook
from user_hardware.environment.goal import EpisodeRequest
from user_hardware.environment.person import PersonInput
from user_hardware.environment.plan import ActionPlan
from user_hardware.environment.sensors import Snapshot
from user_hardware.environment.step import executed_step, reward_input
from user_hardware.environment.workbench import Workbench

_NO_ACTION = np.zeros(0, np.float32)
_OF_POLICY = (ActionSource.POLICY, ActionSource.BLEND)
REPUBLISH_S = 1.0
GRIPPER_TOGGLE = "gripper_toggle"
WRENCH_LIMIT = "wrench_limit"
OUTSIDE_BOX = "outside_box"
SPARE_ACTION = "spare_action"
"""A chunk's successor was late: an action was taken that had not been meant to be executed."""


class Attempt:
    """Runs one episode. The loop decides *when* to observe and to act; what then happens is here.

    Args:
        bench: The parts of the environment.
        plan: Takes the policy's answers.
        request: What the episode is to be.
        identity: What its records have in common.
    """

    def __init__(
        self, *, bench: Workbench, plan: ActionPlan, request: EpisodeRequest, identity: EpisodeIdentity
    ) -> None:
        self._bench = bench
        self._plan = plan
        self.request = request
        self.identity = identity
        self.uses_policy = request.mode is not Mode.COLLECT
        self._source = bench.output.source
        self._book = EpisodeBook(bench=bench, request=request, identity=identity)
        self._missed_in_row = 0
        self._tool: Pose | None = None
        self._observed: Observation | None = None
        self._observation: Observation | None = None
        self._published_s = 0.0
        self._opened_s = bench.clock.wall_s()
        self.step = 0
        self.awaiting = False
        bench.judge.open(mode=request.mode)
        bench.gripper.begin()
        bench.arbiter.open_episode(policy_present=self.uses_policy)

    @property
    def started(self) -> bool:
        """Whether the first action has been taken: until then nothing is at stake and no deadline is missed."""
        return self._book.started

    @property
    def end(self) -> AttemptEnd | None:
        """How it ended, or None while it runs."""
        return self._book.end

    @property
    def has_answer(self) -> bool:
        """Whether the policy has said what to do at this step.

        In lockstep, where waiting costs nothing, it has once it has answered the very observation that asks it to.
        """
        asked = self._observation is None or self._observation.planned_steps in (0, NO_PLAN)
        if asked and self._bench.config.lockstep:
            return self._plan.answers(self.step)
        return self._plan.planned_steps(self.step) > 0

    @property
    def has_spare(self) -> bool:
        """Whether there is an action for this step for want of a better one."""
        return self._plan.remaining_steps(self.step) > 0

    @property
    def obstacle(self) -> str:
        """Why the newest observation cannot be acted on yet, whoever would act; "" when it can."""
        if self._bench.judge.pending:
            return "waiting for the reward of the last step"
        return "" if self.started or self._observation is None else self._bench.judge.obstacle(self._observation)

    @property
    def acting_version(self) -> str:
        """The policy version that answered, or "" before the first answer."""
        return self._plan.acting_version

    @property
    def refusal(self) -> str:
        """Why the policy does not answer, in its own words; "" = it has not said so."""
        return self._plan.refusal

    def observe(self, snapshot: Snapshot, *, mark: Outcome | None = None) -> None:
        """Take the samples of a tick: close the step before, and publish the next observation or end.

        Args:
            snapshot: The newest samples.
            mark: A person's word, just given, on how the episode ends.

        Raises:
            InvalidRecordError: When a sample is not finite or of the wrong size.
        """
        tool: Pose = snapshot.samples["current_pose"].value
        if not self.started:
            self._observe_first(snapshot, tool)
            return
        observation = self._build(snapshot, self.step + 1)
        self.step += 1
        self._tool, self._observed = tool, observation
        self._book.tick(None if snapshot.task_state is None else snapshot.task_state.value)
        self._bench.judge.begin(reward_input(observation, snapshot), mark=mark)
        self.settle()

    def settle(self, *, overdue: bool = False) -> None:
        """Judge the step before the newest observation, if that can be done by now, and close it.

        Args:
            overdue: It must be done now: what the reward still waits for counts as missing.
        """
        judge, observation = self._bench.judge, self._observed
        if not judge.pending or observation is None or self._tool is None or self.end is not None:
            return
        if judge.problem:
            self.abort(reason=judge.problem)
            return
        judgement = judge.ask(overdue=overdue)
        if judgement is None:
            if self._observation is not observation:
                self._publish(observation)  # it is what the reward waits for: reward_node judges it
            return
        ends = judgement.outcome is not None or self.step >= self._bench.config.task.max_episode_steps
        if not ends and self._observation is not observation:
            self._publish(observation)  # before the record, so that the policy computes while that is written and sent
        self.awaiting = not ends
        judgement = replace(judgement, signal=self._bench.gripper.charge(judgement.signal))
        self._book.close_step(observation, self._tool, judgement)

    def decide(self, label: EpisodeLabel | None) -> AttemptEnd:
        """End as a person has said; None = the reward's word stands."""
        return self._book.decide(label)

    def republish(self) -> None:
        """Send the unanswered observation again when a second has passed."""
        answered = self.has_answer and not self.obstacle
        if not self.awaiting or answered or self._observation is None:
            return
        if self.unanswered_s() >= REPUBLISH_S:
            self._publish(self._observation)

    def answer(self, chunk: ActionChunk) -> bool:
        """Take the policy's answer; tell whether it was for this episode. Raises InvalidRecordError."""
        if not self._plan.accept(chunk):
            return False
        self._bench.answer_delay.answered(chunk.first_step, self._bench.clock.wall_s())
        action = self._plan.action(self.step)
        if self.started and not self.awaiting and self.end is None and action is not None:
            self._attach(action)
        if self._plan.refusal and self.started and self.uses_policy:
            self.abort(reason=f"the policy does not answer: {self._plan.refusal}")
        return True

    def act(self, person: PersonInput, *, missed: bool = False) -> None:
        """Arbitrate, guard, command and note the step. Raises PoseLostError.

        Args:
            person: What the person does now.
            missed: The deadline has passed: keep the target.
        """
        commander, mapping = self._bench.commander, self._bench.mapping
        policy_action = None if missed else self._plan.action(self.step)
        decision = self._bench.arbiter.choose(policy_action=policy_action, person_action=self._action_of(person))
        tool = commander.measured() if self._tool is None else self._tool
        reference = mapping.reference(measured=tool, commanded=commander.commanded)
        if self._bench.gripper.act(decision):
            self.count(GRIPPER_TOGGLE)
        if decision.source in _OF_POLICY and not self._plan.planned_steps(self.step):
            self.count(SPARE_ACTION)
        sent = (
            commander.keep() if decision.action is None else commander.move(mapping.target(decision.action, reference))
        )
        step = executed_step(
            mapping,
            source=decision.source,
            reference=reference,
            commanded=sent.pose,
            opening=commander.opening,
            policy_action=_NO_ACTION if policy_action is None else policy_action,
            policy_version="" if policy_action is None else self._plan.acting_version,
            safety_flags=sent.flags | (SafetyFlag.DEADLINE_MISSED if missed else SafetyFlag.NONE),
        )
        self._book.act(step, at=self.step)
        self.awaiting = False
        self._missed_in_row = self._missed_in_row + 1 if missed else 0
        if self._missed_in_row >= self._bench.config.arbiter.max_missed_deadlines:
            self.abort(reason=f"{self._missed_in_row} deadlines in a row were missed by the policy")

    def abort(
        self, *, reason: str, outcome: Outcome = Outcome.INCOMPLETE, safety_flags: SafetyFlag = SafetyFlag.NONE
    ) -> None:
        """End where the last valid observation is."""
        self._book.abort(reason=reason, outcome=outcome, safety_flags=safety_flags)
        self.awaiting = False

    def break_off(self, reason: str, *, event: str) -> None:
        """End because the arm is held; an evaluation that presses too hard, or leaves the workspace, has failed.

        Args:
            reason: For people.
            event: Name of the safety event behind it, or "".
        """
        if event:
            self.count(event)
        too_hard = event == WRENCH_LIMIT
        judged = event in (WRENCH_LIMIT, OUTSIDE_BOX) and self.request.mode is Mode.EVALUATE
        self.abort(
            reason=reason,
            outcome=Outcome.FAILURE if judged else Outcome.INCOMPLETE,
            safety_flags=SafetyFlag.WRENCH_LIMIT if too_hard else SafetyFlag.NONE,
        )

    def unanswered_s(self) -> float:
        """Return wall seconds since the newest observation was published."""
        return self._bench.clock.wall_s() - self._published_s

    def begin_time(self) -> None:
        """Count the episode's time from now: its first answer was waited for, and nothing was at stake."""
        self._book.begin_time()

    def count(self, event: str) -> None:
        """Count a safety event of this episode."""
        self._book.count(event)

    def waited_s(self) -> float:
        """Return wall seconds since the episode opened."""
        return self._bench.clock.wall_s() - self._opened_s

    def _action_of(self, person: PersonInput) -> StateArray | None:
        """Return what a person asks for (A,), or None for standing still."""
        if not person.moves:
            return None
        opening = self._bench.commander.opening or 0.0
        return self._bench.mapping.from_twist(person.twist, person.gripper, opening)

    def _observe_first(self, snapshot: Snapshot, tool: Pose) -> None:
        """Open with o_0, and keep it fresh until the first action; in lockstep the world stands still meanwhile."""
        if self.awaiting and self.unanswered_s() < REPUBLISH_S and not self._bench.config.lockstep:
            return
        observation = self._build(snapshot, 0)
        self._tool = tool
        self._book.open(observation, tool)
        self._publish(observation)

    def _publish(self, observation: Observation) -> None:
        self._observation = observation
        self._published_s = self._bench.clock.wall_s()
        self.awaiting = True
        self._bench.answer_delay.sent(observation.step, self._published_s)
        self._bench.output.publish(observation)

    def _attach(self, action: StateArray) -> None:
        """Log what the policy would have done beside what the person did."""
        if self._bench.arbiter.state is ControlState.TAKEOVER:
            self._book.attach_policy_action(action, self._plan.acting_version)

    def _build(self, snapshot: Snapshot, step: int) -> Observation:
        self._book.observed(step, snapshot)
        return self._bench.builder.build(
            snapshot,
            stamp_ns=self._bench.stamp_ns(),
            source=self._source,
            episode=self.identity.episode,
            step=step,
            mode=self.request.mode,
            deterministic=self.request.deterministic,
            policy_version=self._plan.policy_version,
            planned_steps=self._plan.planned_for(step, taken_over=self._bench.arbiter.state is ControlState.TAKEOVER),
            delay_steps=min(self._bench.answer_delay.steps, NO_PLAN),
        )
