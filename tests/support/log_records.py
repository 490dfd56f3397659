"""Records as plain Python, and a codec that writes them as JSON, so that the log's keeper is tested without ROS."""

from __future__ import annotations

import base64
import dataclasses
import json
from typing import Any

import numpy as np

from user_core.log.identity import ExaminedRecord, RecordIdentity
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel
from user_core.spec import CameraSpec, EnvironmentSpec, StateGroup
from user_core.transforms import Pose
from user_core.types import EpisodeSummary, Mode, Observation, Outcome, StepType, Transition

POSE = Pose.of([0.4, 0.0, 0.3, 0.0, 0.0, 0.0, 1.0])
SPEC = EnvironmentSpec(
    robot="arm_0",
    task="peg_insertion",
    instruction="insert the peg",
    state_groups=(
        StateGroup(name="tcp_pose", element_names=("x_m", "y_m"), low=(-0.5, -0.5), high=(0.5, 0.5)),
        StateGroup(name="gripper", element_names=("width_m",), low=(0.0,), high=(0.08,)),
    ),
    action_names=("x", "y"),
    action_scale=(0.02, 0.02),
    reference="measured",
    leash_m=0.03,
    leash_rad=0.1,
    nominal_target=POSE,
    cameras=(CameraSpec(name="wrist", height=4, width=6),),
    control_rate_hz=10.0,
    max_episode_steps=100,
)
OBSERVATION_FIELDS = {field.name for field in dataclasses.fields(Observation)} - {"source", "policy_version"}


def transition(**changes: Any) -> Transition:
    """Return a valid transition of SPEC; changes name fields of the transition or of its observation."""
    observation: dict[str, Any] = {
        "stamp_ns": 1,
        "source": "source_a",
        "spec_digest": SPEC.digest,
        "episode": "episode_a",
        "step": 0,
        "mode": Mode.TRAIN,
        "deterministic": False,
        "state": np.zeros(3, np.float32),
        "images": (np.zeros((4, 6, 3), np.uint8),),
    }
    fields: dict[str, Any] = {
        "source": "source_a",
        "source_sequence": 1,
        "robot": "arm_0",
        "task": "peg_insertion",
        "step_type": StepType.MIDDLE,
        "executed_action": np.zeros(2, np.float32),
        "policy_action": np.zeros(2, np.float32),
        "reference_pose": POSE,
        "commanded_pose": POSE,
        "discount": 1.0,
    }
    for name, value in changes.items():
        (observation if name in OBSERVATION_FIELDS else fields)[name] = value
    return Transition(observation=Observation(**observation), **fields)


def summary(**changes: Any) -> EpisodeSummary:
    fields: dict[str, Any] = {
        "source": "source_a",
        "source_sequence": 2,
        "robot": "arm_0",
        "task": "peg_insertion",
        "episode": "episode_a",
        "mode": Mode.TRAIN,
        "deterministic": False,
        "seed": 0,
        "length": 1,
        "episode_return": 1.0,
        "outcome": Outcome.SUCCESS,
    }
    return EpisodeSummary(**(fields | changes))


class JsonCodec:
    """Payloads are JSON: the identity's fields, and `fault` with which the record cannot be read."""

    def examine(self, kind: RecordKind, payload: bytes) -> ExaminedRecord:
        fields = json.loads(payload)
        fault = fields.pop("fault", "")
        wrong = fields.pop("wrong", {})
        fields.pop("padding", "")
        identity = RecordIdentity(**{name: value for name, value in fields.items() if name != "reason"})
        if fault or kind == RecordKind.REJECTED:
            return ExaminedRecord(identity=identity, record=None, reason=fault)
        if kind == RecordKind.SPEC:
            return ExaminedRecord(identity=identity, record=SPEC)
        if kind == RecordKind.TRANSITION:
            last = {"step_type": StepType.LAST} if identity.last else {}
            return ExaminedRecord(identity=identity, record=transition(**last, **wrong))
        return ExaminedRecord(identity=identity, record=None if kind == RecordKind.LABEL else summary(**wrong))

    def encode_label(self, label: EpisodeLabel) -> bytes:
        return json.dumps({"episode": label.episode}).encode()

    def encode_rejected(
        self, *, stamp_ns: int, kind: RecordKind, identity: RecordIdentity, reason: str, payload: bytes
    ) -> bytes:
        content = {"source": identity.source, "source_sequence": identity.source_sequence, "reason": reason}
        return json.dumps(content | {"padding": base64.b64encode(payload).decode()}).encode()


def spec_payload(source: str = "source_a", sequence: int = 0, **more: Any) -> bytes:
    fields = {"source": source, "source_sequence": sequence, "spec_digest": SPEC.digest}
    return json.dumps(fields | more).encode()


def transition_payload(sequence: int, *, source: str = "source_a", **more: Any) -> bytes:
    """Return a payload of the JsonCodec; step = sequence - 1 unless given."""
    fields = {
        "source": source,
        "source_sequence": sequence,
        "episode": f"episode of {source}",
        "step": sequence - 1,
        "mode": "train",
        "spec_digest": SPEC.digest,
    }
    return json.dumps(fields | more).encode()


def episode_payload(sequence: int, *, source: str = "source_a", **more: Any) -> bytes:
    fields = {"source": source, "source_sequence": sequence, "episode": f"episode of {source}"}
    return json.dumps(fields | more).encode()
