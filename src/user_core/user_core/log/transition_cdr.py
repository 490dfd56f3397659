"""Transition.msg from its CDR bytes, field by field in the order of the message; images are views, not copies."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

import numpy as np

from user_core.errors import InvalidRecordError
from user_core.log.cdr import CdrReader
from user_core.transforms import Pose
from user_core.types import (
    ActionSource,
    ImageArray,
    Mode,
    Observation,
    SafetyFlag,
    StepType,
    StreamSample,
    Transition,
)

MemberT = TypeVar("MemberT", bound=Enum)


def decode_transition(payload: bytes) -> Transition:
    """Decode a transition.

    Raises:
        InvalidRecordError: When the bytes end too early, or a value does not fit its field.
    """
    cdr = CdrReader(payload)
    return Transition(
        run=cdr.string(),
        source=cdr.string(),
        source_sequence=cdr.integer("Q"),
        robot=cdr.string(),
        task=cdr.string(),
        observation=_observation(cdr),
        step_type=_member(StepType, cdr.integer("B")),
        terminated=cdr.boolean(),
        truncated=cdr.boolean(),
        outcome=cdr.string(),
        awaits_verdict=cdr.boolean(),
        reset_seed=cdr.integer("q"),
        evaluation=cdr.string(),
        action_source=_member(ActionSource, cdr.string()),
        executed_action=cdr.float32_sequence(),
        policy_action=cdr.float32_sequence(),
        reference_pose=_pose(cdr),
        commanded_pose=_pose(cdr),
        reward=cdr.float32(),
        discount=cdr.float32(),
        success=cdr.boolean(),
        stage=cdr.integer("B"),
        reward_source=cdr.string(),
        policy_version=cdr.string(),
        safety_flags=SafetyFlag(cdr.integer("I")),
    )


def _observation(cdr: CdrReader) -> Observation:
    return Observation(
        stamp_ns=cdr.stamp_ns(),
        frame_id=cdr.string(),
        source=cdr.string(),
        spec_digest=cdr.string(),
        planned_steps=cdr.integer("B"),
        delay_steps=cdr.integer("B"),
        episode=cdr.string(),
        step=cdr.integer("I"),
        mode=_member(Mode, cdr.string()),
        deterministic=cdr.boolean(),
        policy_version=cdr.string(),
        state=cdr.float32_sequence(),
        images=tuple(_image(cdr) for _ in range(cdr.count())),
        streams=tuple(_stream(cdr) for _ in range(cdr.count())),
        instruction=cdr.string(),
    )


def _image(cdr: CdrReader) -> ImageArray:
    cdr.stamp_ns()
    cdr.string()  # frame
    height, width = cdr.integer("I"), cdr.integer("I")
    encoding = cdr.string()
    cdr.boolean()  # byte order, of no meaning for 8 bits
    row_size = cdr.integer("I")
    flat = cdr.byte_sequence()
    if encoding != "rgb8" or row_size != 3 * width:
        raise InvalidRecordError(
            what="a logged image", value=f"{encoding} with rows of {row_size} bytes", allowed=f"rgb8, {3 * width} bytes"
        )
    if flat.size != height * row_size:
        raise InvalidRecordError(
            what="an image's size in bytes", value=flat.size, allowed=f"{height} rows of {row_size}"
        )
    return flat.reshape(height, width, 3)


def _stream(cdr: CdrReader) -> StreamSample:
    return StreamSample(stream=cdr.string(), stamp_ns=cdr.stamp_ns(), age_s=cdr.float32())


def _pose(cdr: CdrReader) -> Pose:
    values = cdr.float64_array(7)
    return Pose(position=np.array(values[:3]), quaternion=np.array(values[3:]))


def _member(kind: type[MemberT], value: object) -> MemberT:
    try:
        return kind(value)
    except ValueError as error:
        raise InvalidRecordError(
            what=f"a transition's {kind.__name__}",
            value=repr(value),
            allowed=", ".join(str(member.value) for member in kind),
        ) from error
