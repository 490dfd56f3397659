"""One episode as records, with constructors that make its end impossible to mistype."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from user_core.errors import EpisodeOrderError
from user_core.transforms import Pose
from user_core.types import (
    ActionSource,
    Observation,
    Outcome,
    RewardSignal,
    SafetyFlag,
    StateArray,
    StepType,
    Transition,
)

_NO_ACTION = np.zeros(0, np.float32)


@dataclass(frozen=True, kw_only=True, eq=False)
class ExecutedStep:
    """What was done on an observation.

    Attributes:
        source: Who decided.
        executed_action: (A,) (commanded - reference) / scale.
        policy_action: (A,) what the policy asked for, or empty.
        policy_version: Version that acted, or "".
        reference_pose: Pose to which the action was added, base frame.
        commanded_pose: Pose sent to the controller, base frame.
        safety_flags: What the guard changed.
    """

    source: ActionSource
    executed_action: StateArray
    policy_action: StateArray
    policy_version: str
    reference_pose: Pose
    commanded_pose: Pose
    safety_flags: SafetyFlag


@dataclass(frozen=True, kw_only=True)
class EpisodeIdentity:
    """What all records of an episode have in common."""

    robot: str
    task: str
    episode: str
    reset_seed: int
    evaluation: str


class Episode:
    """Turns observations, actions and rewards into records; each record is returned once its successor is known.

    The order is `first`, `act`, then `middle` and `act` as often as need be, then one of `termination`, `truncation`
    and `incomplete`. `source_sequence` and `run` are filled in by whoever stores the record.

    Raises:
        EpisodeOrderError: From every method that is called out of this order, above all after the end.
    """

    def __init__(self, *, identity: EpisodeIdentity) -> None:
        self._identity = identity
        self._pending: Transition | None = None
        self._acted = False
        self._ended = False

    @property
    def ended(self) -> bool:
        """Whether record T has been made."""
        return self._ended

    @property
    def steps(self) -> int:
        """Number of actions taken so far."""
        return 0 if self._pending is None else self._pending.observation.step + self._acted

    def first(self, observation: Observation, tcp_pose: Pose) -> None:
        """Open with o_0; until the first action it may be replaced by a fresher one."""
        if self.steps or self._ended or observation.step != 0:
            raise EpisodeOrderError(f"first() with step {observation.step} after {self.steps} actions")
        self._pending = self._record(observation, tcp_pose, StepType.FIRST)

    def act(self, step: ExecutedStep) -> None:
        """Note what was done on the newest observation."""
        if self._pending is None or self._acted or self._ended:
            raise EpisodeOrderError("act() needs an observation that has no action yet")
        self._acted = True
        self._pending = replace(
            self._pending,
            action_source=step.source,
            executed_action=step.executed_action,
            policy_action=step.policy_action,
            policy_version=step.policy_version,
            reference_pose=step.reference_pose,
            commanded_pose=step.commanded_pose,
            safety_flags=step.safety_flags,
        )

    def attach_policy_action(self, action: StateArray, policy_version: str) -> None:
        """Note what the policy would have done, when its answer comes after a person's command."""
        if self._pending is None or not self._acted or self._ended:
            raise EpisodeOrderError("attach_policy_action() needs a step that was acted on")
        self._pending = replace(self._pending, policy_action=action, policy_version=policy_version)

    def middle(self, observation: Observation, tcp_pose: Pose, signal: RewardSignal) -> tuple[Transition, ...]:
        """Close record k - 1 with what was observed at k, and go on."""
        return (self._succeed(observation, tcp_pose, signal, discount=1.0, step_type=StepType.MIDDLE),)

    def termination(
        self,
        observation: Observation,
        tcp_pose: Pose,
        signal: RewardSignal,
        outcome: Outcome,
        *,
        awaits_verdict: bool = False,
    ) -> tuple[Transition, ...]:
        """End by success or failure: nothing is to be expected after it, so the discount is 0."""
        if outcome not in (Outcome.SUCCESS, Outcome.FAILURE):
            raise EpisodeOrderError(f"termination() with outcome {outcome}; only success and failure terminate")
        before = self._succeed(observation, tcp_pose, signal, discount=0.0, step_type=StepType.LAST)
        return (before, self._end(outcome, awaits_verdict=awaits_verdict))

    def truncation(
        self, observation: Observation, tcp_pose: Pose, signal: RewardSignal, *, awaits_verdict: bool = False
    ) -> tuple[Transition, ...]:
        """End by the time limit: the value of o_T still counts, so the discount stays 1."""
        before = self._succeed(observation, tcp_pose, signal, discount=1.0, step_type=StepType.LAST)
        return (before, self._end(Outcome.TIMEOUT, awaits_verdict=awaits_verdict))

    def incomplete(
        self, *, outcome: Outcome = Outcome.INCOMPLETE, safety_flags: SafetyFlag = SafetyFlag.NONE
    ) -> tuple[Transition, ...]:
        """End where the last valid observation is: it becomes record T, and what was done on it is dropped.

        Args:
            outcome: FAILURE for an evaluation that the wrench limit ended; it is never trained on.
            safety_flags: What ended it.
        """
        if self._ended:
            raise EpisodeOrderError("incomplete() after the end of the episode")
        if self._pending is None or self.steps == 0:
            self._ended = True
            return ()
        observation, tcp_pose = self._pending.observation, self._pending.reference_pose
        self._pending = replace(self._record(observation, tcp_pose, StepType.LAST), safety_flags=safety_flags)
        return (self._end(outcome),)

    def _succeed(
        self, observation: Observation, tcp_pose: Pose, signal: RewardSignal, *, discount: float, step_type: StepType
    ) -> Transition:
        if self._ended:
            raise EpisodeOrderError("a step after the end of the episode")
        if self._pending is None or not self._acted:
            raise EpisodeOrderError("a next observation needs an action on the one before")
        if observation.step != self._pending.observation.step + 1:
            raise EpisodeOrderError(f"step {observation.step} after step {self._pending.observation.step}")
        closed = replace(
            self._pending,
            reward=signal.reward,
            discount=discount,
            success=signal.success,
            stage=signal.stage,
            reward_source=signal.source,
        )
        self._pending = self._record(observation, tcp_pose, step_type)
        self._acted = False
        return closed

    def _end(self, outcome: Outcome, *, awaits_verdict: bool = False) -> Transition:
        if self._pending is None:
            raise EpisodeOrderError("an episode without an observation has no end")
        self._ended = True
        return replace(
            self._pending,
            outcome=outcome.value,
            terminated=outcome in (Outcome.SUCCESS, Outcome.FAILURE),
            truncated=outcome is Outcome.TIMEOUT,
            awaits_verdict=awaits_verdict,
        )

    def _record(self, observation: Observation, tcp_pose: Pose, step_type: StepType) -> Transition:
        return Transition(
            source=observation.source,
            source_sequence=0,
            robot=self._identity.robot,
            task=self._identity.task,
            observation=observation,
            step_type=step_type,
            reset_seed=self._identity.reset_seed,
            evaluation=self._identity.evaluation,
            reference_pose=tcp_pose,
            commanded_pose=tcp_pose,
            executed_action=_NO_ACTION,
            policy_action=_NO_ACTION,
        )
