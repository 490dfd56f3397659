"""Transitions as somebody else's library reads them: from the types that the bag itself carries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rosbags.highlevel import AnyReader

from user_core.transforms import Pose
from user_core.types import ActionSource, Mode, Observation, SafetyFlag, StepType, Transition


def foreign_messages(bag: Path) -> Iterator[tuple[str, str, bytes, Any]]:
    """Yield (topic, type, CDR bytes, deserialised message) of every message, in the order of the log."""
    with AnyReader([bag]) as reader:
        for connection, _, payload in reader.messages():
            message = reader.deserialize(payload, connection.msgtype)
            yield connection.topic, connection.msgtype, bytes(payload), message


def transition_from(message: Any) -> Transition:
    """Return what a memory needs of a Transition message, taken field by field."""
    observation = message.observation
    return Transition(
        source=message.source,
        source_sequence=message.source_sequence,
        robot=message.robot,
        task=message.task,
        observation=Observation(
            stamp_ns=observation.header.stamp.sec * 1_000_000_000 + observation.header.stamp.nanosec,
            source=observation.source,
            spec_digest=observation.spec_digest,
            episode=observation.episode,
            step=observation.step,
            mode=Mode(observation.mode),
            deterministic=observation.deterministic,
            state=observation.state,
            images=tuple(image.data.reshape(image.height, image.width, 3) for image in observation.images),
        ),
        step_type=StepType(message.step_type),
        action_source=ActionSource(message.action_source),
        executed_action=message.executed_action,
        reference_pose=_pose(message.reference_pose),
        commanded_pose=_pose(message.commanded_pose),
        reward=message.reward,
        discount=message.discount,
        success=message.success,
        safety_flags=SafetyFlag(message.safety_flags),
    )


def _pose(message: Any) -> Pose:
    place, turn = message.position, message.orientation
    return Pose(position=np.array([place.x, place.y, place.z]), quaternion=np.array([turn.x, turn.y, turn.z, turn.w]))
