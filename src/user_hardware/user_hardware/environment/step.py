"""What a step becomes once its samples, its target and who decided are known: live, and again from a recording."""

from __future__ import annotations

from dataclasses import replace

from user_core.errors import InvalidRecordError
from user_core.interfaces import Reward, RewardInput
from user_core.transforms import Pose
from user_core.types import (
    ActionSource,
    Observation,
    Outcome,
    RewardEstimate,
    RewardSignal,
    SafetyFlag,
    StateArray,
    Transition,
)
from user_hardware.environment.action import ActionMapping
from user_hardware.environment.episode import Episode, ExecutedStep
from user_hardware.environment.sensors import Snapshot
from user_hardware.rewards.human import marked


def executed_step(
    mapping: ActionMapping,
    *,
    source: ActionSource,
    reference: Pose,
    commanded: Pose,
    opening: float | None,
    policy_action: StateArray,
    policy_version: str,
    safety_flags: SafetyFlag,
) -> ExecutedStep:
    """Return what was done: the action that would have asked for the target that was sent.

    Args:
        mapping: Of the spec.
        source: Who decided.
        reference: Pose to which the action was added, base frame.
        commanded: Target that was sent, base frame.
        opening: Gripper opening [0, 1] that stands commanded, None when there was none.
        policy_action: (A,) what the policy asked for, or empty.
        policy_version: Version that asked, or "".
        safety_flags: What the guard changed.
    """
    return ExecutedStep(
        source=source,
        executed_action=mapping.executed(commanded=commanded, reference=reference, opening=opening or 0.0),
        policy_action=policy_action,
        policy_version=policy_version,
        reference_pose=reference,
        commanded_pose=commanded,
        safety_flags=safety_flags,
    )


def reward_input(observation: Observation, snapshot: Snapshot) -> RewardInput:
    """Return what a reward may look at.

    Args:
        observation: At k + 1.
        snapshot: The samples it was made from, with the true target and the task's state where they are known.
    """
    target, state = snapshot.task_target, snapshot.task_state
    return RewardInput(
        observation=observation,
        tcp_pose=snapshot.samples["current_pose"].value,
        target_pose=None if target is None else target.value,
        step=observation.step,
        task_state=None if state is None else state.value,
    )


def judge(
    reward: Reward,
    observation: Observation,
    snapshot: Snapshot,
    *,
    estimate: RewardEstimate | None,
    mark: Outcome | None,
) -> RewardSignal:
    """Return what the step that led to an observation is worth, where nothing can be waited for any more.

    Args:
        reward: Of the task.
        observation: At k + 1.
        snapshot: The samples it was made from.
        estimate: What a learned reward said of it in time, or None.
        mark: SUCCESS or FAILURE when a person has just said so, which has the last word.

    Raises:
        InvalidRecordError: When the reward does not answer even so.
    """
    signal = reward(replace(reward_input(observation, snapshot), estimate=estimate, overdue=True))
    if signal is None:
        raise InvalidRecordError(what="the reward of an overdue step", value=None, allowed="a signal")
    return signal if mark is None else marked(signal, success=mark is Outcome.SUCCESS)


def close_step(
    episode: Episode,
    observation: Observation,
    tcp_pose: Pose,
    signal: RewardSignal,
    *,
    outcome: Outcome | None,
    awaits_verdict: bool = False,
) -> tuple[Transition, ...]:
    """Return the records that an observation completes: the one before, and with an outcome record T too."""
    if outcome is None:
        return episode.middle(observation, tcp_pose, signal)
    if outcome is Outcome.TIMEOUT:
        return episode.truncation(observation, tcp_pose, signal, awaits_verdict=awaits_verdict)
    return episode.termination(observation, tcp_pose, signal, outcome, awaits_verdict=awaits_verdict)
