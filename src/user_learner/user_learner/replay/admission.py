"""What a record must satisfy to enter the log as what it says it is."""

from __future__ import annotations

import math

import numpy as np

from user_core.errors import InvalidRecordError
from user_core.log.label import LABELS, EpisodeLabel
from user_core.spec import EnvironmentSpec
from user_core.transforms import Pose
from user_core.types import EpisodeSummary, StateArray, StepType, Transition

_ROUNDING = 1e-5


def check_transition(spec: EnvironmentSpec, transition: Transition) -> None:
    """Raise InvalidRecordError unless sizes, digest and numbers fit the spec.

    Action, reward and discount of record T are unset and therefore not looked at. An executed action may exceed
    [-1, 1]: a box that pulls the arm back does more than was asked for.
    """
    spec.check_observation(transition.observation)
    if not transition.source or not transition.observation.episode:
        raise InvalidRecordError(what="a transition's source or episode", value="empty", allowed="UUIDs")
    if transition.step_type == StepType.LAST:
        if transition.terminated and transition.truncated:
            raise InvalidRecordError(
                what="record T", value="terminated and truncated", allowed="one of them, or neither"
            )
        return
    _check_action("executed_action", transition.executed_action, spec.action_dim)
    if transition.policy_action.size:
        _check_action("policy_action", transition.policy_action, spec.action_dim)
        if np.any(np.abs(transition.policy_action) > 1 + _ROUNDING):
            raise InvalidRecordError(
                what="policy_action", value=transition.policy_action.tolist(), allowed="values in [-1, 1]"
            )
    _check_pose("reference_pose", transition.reference_pose)
    _check_pose("commanded_pose", transition.commanded_pose)
    _check_number("a transition's reward", transition.reward)
    if not 0 <= transition.discount <= 1:
        raise InvalidRecordError(what="a transition's discount", value=transition.discount, allowed="[0, 1]")


def check_episode(summary: EpisodeSummary) -> None:
    """Raise InvalidRecordError unless the summary's numbers are finite and it names its source and episode."""
    if not summary.source or not summary.episode:
        raise InvalidRecordError(what="a summary's source or episode", value="empty", allowed="UUIDs")
    _check_number("an episode's return", summary.episode_return)
    _check_number("an episode's duration_s", summary.duration_s)


def check_label(label: EpisodeLabel) -> None:
    """Raise InvalidRecordError unless the label is a known word with a finite reward."""
    if label.label not in LABELS:
        raise InvalidRecordError(what="a label", value=repr(label.label), allowed=" | ".join(LABELS))
    _check_number("a label's reward", label.reward)


def _check_action(what: str, action: StateArray, size: int) -> None:
    if action.shape != (size,):
        raise InvalidRecordError(what=f"the shape of {what}", value=action.shape, allowed=f"({size},)")
    if not np.all(np.isfinite(action)):
        raise InvalidRecordError(what=what, value=action.tolist(), allowed="finite numbers")


def _check_pose(what: str, pose: Pose) -> None:
    if not pose.is_finite():
        raise InvalidRecordError(what=what, value=pose.as_array().tolist(), allowed="finite, with a unit quaternion")


def _check_number(what: str, value: float) -> None:
    if not math.isfinite(value):
        raise InvalidRecordError(what=what, value=value, allowed="a finite number")
