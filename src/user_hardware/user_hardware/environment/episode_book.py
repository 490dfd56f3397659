"""The books of one episode: its records, what is counted, and how it ended, perhaps by what a person says later."""

from __future__ import annotations

from dataclasses import dataclass, replace

from user_core.errors import EpisodeOrderError
from user_core.log.label import FAILURE, SUCCESS, EpisodeLabel
from user_core.transforms import Pose
from user_core.types import Mode, Observation, Outcome, SafetyFlag, StateArray, TaskState, Transition
from user_hardware.environment.episode import Episode, EpisodeIdentity, ExecutedStep
from user_hardware.environment.goal import EpisodeRequest
from user_hardware.environment.judge import Judgement
from user_hardware.environment.sensors import Snapshot
from user_hardware.environment.statistics import EpisodeStatistics
from user_hardware.environment.step import close_step
from user_hardware.environment.trace import EpisodeTracer
from user_hardware.environment.workbench import Workbench

MISSED_ESTIMATE = "reward_estimate_missed"


@dataclass(frozen=True, kw_only=True)
class AttemptEnd:
    """How an attempt ended.

    Attributes:
        outcome: As in its summary.
        reason: For people; "" for one that ended by itself.
        actions: How many were taken; 0 = it never began, and left no record. The last one of an episode that broke off
            counts here, though its outcome was not seen and it is no part of the summary's length.
        episode_return: Sum of its rewards.
        awaits_verdict: A person is to say how it ended; outcome and return are the reward's until then.
    """

    outcome: Outcome
    reason: str
    actions: int
    episode_return: float
    awaits_verdict: bool = False


class EpisodeBook:
    """Stores each record once it is closed, and describes the episode once it is known how it ended.

    Args:
        bench: Where records go, and whose clock counts.
        request: What the episode is to be.
        identity: What its records have in common.
    """

    def __init__(self, *, bench: Workbench, request: EpisodeRequest, identity: EpisodeIdentity) -> None:
        self._bench = bench
        self._request = request
        self._identity = identity
        self._source = bench.output.source
        self._episode = Episode(identity=identity)
        self._tracer = EpisodeTracer()
        self._statistics = EpisodeStatistics(lockstep=bench.config.lockstep)
        self._return = self._last_reward = 0.0
        self._length = self._takeovers = 0
        self.end: AttemptEnd | None = None

    @property
    def started(self) -> bool:
        """Whether the first action has been taken."""
        return self._episode.steps > 0

    def open(self, observation: Observation, tool: Pose) -> None:
        """Open with o_0, or replace it by a fresher one."""
        self._episode.first(observation, tool)
        self.begin_time()

    def begin_time(self) -> None:
        """Count the episode's time from now."""
        self._statistics.on_first_observation(self._bench.clock.wall_s())

    def observed(self, step: int, snapshot: Snapshot) -> None:
        """Note what the observation of a step is made from."""
        self._tracer.observed(step, snapshot, wrench_bias=self._bench.builder.wrench_bias)

    def act(self, step: ExecutedStep, *, at: int) -> None:
        """Note what was done on the newest observation, that of step `at`."""
        commander = self._bench.commander
        self._episode.act(step)
        self._tracer.acted(at, target_stamp_ns=commander.target_stamp_ns, opening=commander.opening)
        self._statistics.on_action(step, self._bench.clock.wall_s())

    def attach_policy_action(self, action: StateArray, policy_version: str) -> None:
        """Note what the policy would have done beside what the person did."""
        self._episode.attach_policy_action(action, policy_version)

    def count(self, event: str) -> None:
        """Count a safety event."""
        self._statistics.count(event)

    def tick(self, task_state: TaskState | None) -> None:
        """Note that an observation was made, and what was really so."""
        self._statistics.on_tick(self._bench.clock.wall_s(), task_state=task_state)

    def close_step(self, observation: Observation, tool: Pose, judgement: Judgement) -> None:
        """Close the record before `observation`; at the end of the episode this one too.

        Args:
            observation: What came of the step.
            tool: Where the tool was then, base frame.
            judgement: What the reward and the person make of it.
        """
        signal, outcome = judgement.signal, judgement.outcome
        self._return += signal.reward
        self._last_reward = signal.reward
        self._statistics.on_stage(signal.stage)
        if judgement.missed:
            self.count(MISSED_ESTIMATE)
        if outcome is None and observation.step >= self._bench.config.task.max_episode_steps:
            outcome = Outcome.TIMEOUT
        verdict = outcome is not None and self._bench.judge.wants_verdict(signal)
        records = close_step(self._episode, observation, tool, signal, outcome=outcome, awaits_verdict=verdict)
        if outcome is None:
            self._store(records, judgement)
        else:
            self._finish(records, outcome, "", judgement=judgement, awaits_verdict=verdict)

    def abort(self, *, reason: str, outcome: Outcome, safety_flags: SafetyFlag) -> None:
        """End where the last valid observation is."""
        if self.end is None:
            self._finish(self._episode.incomplete(outcome=outcome, safety_flags=safety_flags), outcome, reason)

    def decide(self, label: EpisodeLabel | None) -> AttemptEnd:
        """End as a person has said, who was waited for; None = that is not known, and the reward's word stands."""
        if self.end is None:
            raise EpisodeOrderError("decide() before the end of the episode")
        if label is not None:
            verdicts = {SUCCESS: (Outcome.SUCCESS, 1.0), FAILURE: (Outcome.FAILURE, 0.0)}
            outcome, reward = verdicts.get(label.label, (self.end.outcome, label.reward))
            self.end = replace(self.end, outcome=outcome, episode_return=self._return + reward - self._last_reward)
        self._describe(self.end)
        return self.end

    def _store(self, records: tuple[Transition, ...], judgement: Judgement | None) -> None:
        for record in records:
            self._bench.output.store(record, self._tracer.trace(record, judgement=judgement))

    def _finish(
        self,
        records: tuple[Transition, ...],
        outcome: Outcome,
        reason: str,
        *,
        judgement: Judgement | None = None,
        awaits_verdict: bool = False,
    ) -> None:
        self._store(records, judgement)
        self.end = AttemptEnd(
            outcome=outcome,
            reason=reason,
            actions=self._episode.steps,
            episode_return=self._return,
            awaits_verdict=awaits_verdict,
        )
        self._takeovers = self._bench.arbiter.takeovers
        self._length = records[-1].observation.step if records else 0
        if records and not awaits_verdict:
            self._describe(self.end)

    def _describe(self, end: AttemptEnd) -> None:
        mode: Mode = self._request.mode
        self._bench.output.close(
            self._statistics.summary(
                identity=self._identity,
                source=self._source,
                mode=mode,
                deterministic=self._request.deterministic,
                length=self._length,
                episode_return=end.episode_return,
                outcome=end.outcome,
                reason=end.reason,
                interventions=self._takeovers,
            )
        )
