"""One episode from its first observation to its end: observe, wait for an answer, act, judge, record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from user_core.transforms import Pose
from user_core.types import (
    ActionChunk,
    Mode,
    Observation,
    Outcome,
    SafetyFlag,
    StateArray,
    Transition,
)
from user_hardware.environment.arbiter import ControlState
from user_hardware.environment.episode import Episode, EpisodeIdentity
from user_hardware.environment.goal import EpisodeRequest
from user_hardware.environment.person import PersonInput
from user_hardware.environment.plan import ActionPlan
from user_hardware.environment.sensors import Snapshot
from user_hardware.environment.statistics import EpisodeStatistics
from user_hardware.environment.step import close_step, executed_step, judge, outcome_of
from user_hardware.environment.trace import EpisodeTracer
from user_hardware.environment.workbench import Workbench

_NO_ACTION = np.zeros(0, np.float32)
REPUBLISH_S = 1.0
GRIPPER_TOGGLE = "gripper_toggle"


@dataclass(frozen=True, kw_only=True)
class AttemptEnd:
    """How an attempt ended.

    Attributes:
        outcome: As in its summary.
        reason: For people; "" for one that ended by itself.
        actions: How many were taken; 0 = it never began, and left no record. The last one of an episode that broke off
            counts here, though its outcome was not seen and it is no part of the summary's length.
        episode_return: Sum of its rewards.
    """

    outcome: Outcome
    reason: str
    actions: int
    episode_return: float


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
        self._episode = Episode(identity=identity)
        self._tracer = EpisodeTracer()
        self._statistics = EpisodeStatistics(lockstep=bench.config.lockstep)
        self._return = 0.0
        self._missed_in_row = 0
        self._tool: Pose | None = None
        self._observation: Observation | None = None
        self._published_s = 0.0
        self._opened_s = bench.clock.wall_s()
        self.step = 0
        self.awaiting = False
        self.end: AttemptEnd | None = None
        bench.reward.reset()
        bench.gripper.begin()
        bench.arbiter.open_episode(policy_present=self.uses_policy)

    @property
    def started(self) -> bool:
        """Whether the first action has been taken: until then nothing is at stake and no deadline is missed."""
        return self._episode.steps > 0

    @property
    def has_answer(self) -> bool:
        """Whether the policy has answered this step."""
        return self._plan.action(self.step) is not None

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
        state = None if snapshot.task_state is None else snapshot.task_state.value
        signal = self._bench.gripper.charge(judge(self._bench.reward, observation, snapshot, mark=mark))
        self._return += signal.reward
        self._tool = tool
        self._statistics.on_tick(self._bench.clock.wall_s(), stage=signal.stage, task_state=state)
        outcome = outcome_of(signal, step=self.step, max_steps=self._bench.config.task.max_episode_steps)
        if outcome is None:
            # The policy computes while the record is written and sent.
            self._publish(observation)
        records = close_step(self._episode, observation, tool, signal, outcome=outcome)
        if outcome is None:
            self._store(records)
        else:
            self._finish(records, outcome, "", mark=mark)

    def republish(self) -> None:
        """Send the unanswered observation again when a second has passed."""
        if not self.awaiting or self.has_answer or self._observation is None:
            return
        if self.unanswered_s() >= REPUBLISH_S:
            self._publish(self._observation)

    def answer(self, chunk: ActionChunk) -> bool:
        """Take the policy's answer; tell whether it was for this episode. Raises InvalidRecordError."""
        if not self._plan.accept(chunk):
            return False
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
        self._episode.act(step)
        self._tracer.acted(self.step, target_stamp_ns=commander.target_stamp_ns, opening=commander.opening)
        self._statistics.on_action(step, self._bench.clock.wall_s())
        self.awaiting = False
        self._missed_in_row = self._missed_in_row + 1 if missed else 0
        if self._missed_in_row >= self._bench.config.arbiter.max_missed_deadlines:
            self.abort(reason=f"{self._missed_in_row} deadlines in a row were missed by the policy")

    def abort(
        self, *, reason: str, outcome: Outcome = Outcome.INCOMPLETE, safety_flags: SafetyFlag = SafetyFlag.NONE
    ) -> None:
        """End where the last valid observation is."""
        if self.end is None:
            self._finish(self._episode.incomplete(outcome=outcome, safety_flags=safety_flags), outcome, reason)

    def unanswered_s(self) -> float:
        """Return wall seconds since the newest observation was published."""
        return self._bench.clock.wall_s() - self._published_s

    def begin_time(self) -> None:
        """Count the episode's time from now: its first answer was waited for, and nothing was at stake."""
        self._statistics.on_first_observation(self._bench.clock.wall_s())

    def count(self, event: str) -> None:
        """Count a safety event of this episode."""
        self._statistics.count(event)

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
        self._episode.first(observation, tool)
        self._statistics.on_first_observation(self._bench.clock.wall_s())
        self._publish(observation)

    def _publish(self, observation: Observation) -> None:
        self._observation = observation
        self._published_s = self._bench.clock.wall_s()
        self.awaiting = True
        self._bench.output.publish(observation)

    def _attach(self, action: StateArray) -> None:
        """Log what the policy would have done beside what the person did."""
        if self._bench.arbiter.state is ControlState.TAKEOVER:
            self._episode.attach_policy_action(action, self._plan.acting_version)

    def _build(self, snapshot: Snapshot, step: int) -> Observation:
        self._tracer.observed(step, snapshot, wrench_bias=self._bench.builder.wrench_bias)
        return self._bench.builder.build(
            snapshot,
            stamp_ns=self._bench.stamp_ns(),
            source=self._source,
            episode=self.identity.episode,
            step=step,
            mode=self.request.mode,
            deterministic=self.request.deterministic,
            policy_version=self._plan.policy_version,
        )

    def _store(self, records: tuple[Transition, ...], *, mark: Outcome | None = None) -> None:
        for record in records:
            self._bench.output.store(record, self._tracer.trace(record, mark=mark))

    def _finish(
        self, records: tuple[Transition, ...], outcome: Outcome, reason: str, *, mark: Outcome | None = None
    ) -> None:
        self._store(records, mark=mark)
        self.awaiting = False
        self.end = AttemptEnd(outcome=outcome, reason=reason, actions=self._episode.steps, episode_return=self._return)
        if not records:
            return
        self._bench.output.close(
            self._statistics.summary(
                identity=self.identity,
                source=self._source,
                mode=self.request.mode,
                deterministic=self.request.deterministic,
                length=records[-1].observation.step,
                episode_return=self._return,
                outcome=outcome,
                reason=reason,
                interventions=self._bench.arbiter.takeovers,
            )
        )
