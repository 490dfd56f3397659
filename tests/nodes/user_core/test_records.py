"""Records of the log as real messages: definitions, the fast decoder, and a bag that explains itself."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message
from rosbags.highlevel import AnyReader

from tests.support.log_records import POSE, SPEC, summary, transition
from user_core.errors import ConfigurationError, InvalidRecordError
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel
from user_core.log.transition_cdr import decode_transition
from user_core.log.writer import BagWriter
from user_core.ros.conversions import from_message, to_message
from user_core.ros.definitions import log_definitions, message_text
from user_core.ros.messages import message_class
from user_core.ros.records import RosRecordCodec, decode, encode, identify
from user_core.ros.spec_conversion import spec_to_message
from user_core.types import ActionSource, Mode, SafetyFlag, StepType, StreamSample, Transition

pytestmark = pytest.mark.ros


def full_transition() -> Transition:
    """No field has its default, so that a field read from the wrong place shows."""
    random = np.random.default_rng(3)
    return transition(
        run="run of odd length",
        source="source_b",
        source_sequence=2**40 + 7,
        stamp_ns=1_700_000_000_123_456_789,
        episode="épisode",
        step=41,
        mode=Mode.COLLECT,
        deterministic=True,
        policy_version="3.128",
        planned_steps=17,
        delay_steps=3,
        state=random.random(3, np.float32),
        images=(random.integers(0, 255, (4, 6, 3), np.uint8), random.integers(0, 255, (5, 3, 3), np.uint8)),
        streams=(
            StreamSample(stream="current_pose", stamp_ns=12_000_000_034, age_s=0.25),
            StreamSample(stream="wrist", stamp_ns=5, age_s=0.5),
        ),
        instruction="put it in",
        step_type=StepType.LAST,
        terminated=True,
        truncated=True,
        outcome="success",
        awaits_verdict=True,
        reset_seed=-17,
        evaluation="evaluation",
        action_source=ActionSource.BLEND,
        executed_action=random.random(2, np.float32),
        policy_action=random.random(3, np.float32),
        commanded_pose=POSE.of([0.1, 0.2, 0.3, 0.0, 0.0, 1.0, 0.0]),
        reward=0.5,
        discount=0.75,
        success=True,
        stage=2,
        reward_source="pose",
        safety_flags=SafetyFlag.CLIPPED_BOX | SafetyFlag.DEADLINE_MISSED,
    )


@pytest.mark.parametrize("record", [full_transition(), transition(), transition(images=(), streams=())])
def test_fast_decoder_reads_what_the_generated_message_reads(record: Transition) -> None:
    type_name = RecordKind.TRANSITION.type_name
    payload = encode(record)
    message = deserialize_message(payload, message_class(type_name))
    assert to_message(decode_transition(payload), type_name) == message
    assert repr(decode_transition(payload)) == repr(from_message(message, Transition))


def test_fast_decoder_refuses_a_message_cut_at_any_byte() -> None:
    payload = encode(full_transition())
    for length in range(len(payload) - 1):
        with pytest.raises(InvalidRecordError):
            decode_transition(payload[:length])


@pytest.mark.parametrize(
    "record", [summary(policy_versions=("1.0", "2.0")), EpisodeLabel(stamp_ns=3, episode="e", label="success")]
)
def test_other_records_return_unchanged(record: object) -> None:
    kind = RecordKind.LABEL if isinstance(record, EpisodeLabel) else RecordKind.EPISODE
    assert repr(decode(kind, encode(record))) == repr(record)  # type: ignore[arg-type]


def test_spec_returns_with_its_identity() -> None:
    payload = bytes(serialize_message(spec_to_message(SPEC, run="run", source="source", source_sequence=4)))
    assert decode(RecordKind.SPEC, payload).digest == SPEC.digest  # type: ignore[union-attr]
    identity = identify(RecordKind.SPEC, payload)
    assert (identity.source, identity.source_sequence, identity.run) == ("source", 4, "run")


def test_identity_is_known_of_a_record_whose_content_is_wrong() -> None:
    message = to_message(full_transition(), RecordKind.TRANSITION.type_name)
    message.observation.mode = "sleeping"
    payload = bytes(serialize_message(message))
    examined = RosRecordCodec().examine(RecordKind.TRANSITION, payload)
    assert examined.record is None
    assert "Mode is 'sleeping', allowed is train, evaluate, collect" in examined.reason
    assert (examined.identity.source, examined.identity.source_sequence) == ("source_b", 2**40 + 7)
    assert (examined.identity.step, examined.identity.last) == (41, True)


def test_bytes_that_are_no_message_are_named_and_never_raised() -> None:
    for kind in (RecordKind.TRANSITION, RecordKind.SPEC):
        examined = RosRecordCodec().examine(kind, b"\x00\x01\x00\x00" + b"\xff" * 50)
        assert examined.record is None
        assert examined.reason


def test_missing_package_is_one_sentence() -> None:
    with pytest.raises(ConfigurationError, match="source install/setup.bash"):
        message_text("no_such_msgs/msg/Nothing")


def test_every_kind_has_a_definition_with_all_types_in_use_and_its_hash() -> None:
    definitions = log_definitions()
    text = definitions[RecordKind.TRANSITION].text
    named = set(re.findall(r"^MSG: (\S+)$", text, flags=re.MULTILINE))
    assert {
        "user_interfaces/Observation",
        "sensor_msgs/Image",
        "builtin_interfaces/Time",
        "geometry_msgs/Pose",
    } <= named
    assert all(re.fullmatch(r"RIHS01_[0-9a-f]{64}", definition.type_hash) for definition in definitions.values())


def test_bag_is_read_by_rosbags_with_the_types_it_carries(tmp_path: Path) -> None:
    codec = RosRecordCodec()
    record = full_transition()
    payload = encode(record)
    rejected = codec.encode_rejected(
        stamp_ns=1,
        kind=RecordKind.TRANSITION,
        identity=identify(RecordKind.TRANSITION, payload),
        reason="no",
        payload=payload,
    )
    spec = bytes(serialize_message(spec_to_message(SPEC, run="run", source="source", source_sequence=4)))
    writer = BagWriter(tmp_path / "bag", run="run", definitions=log_definitions())
    contents = (
        spec,
        payload,
        encode(summary()),
        encode(EpisodeLabel(stamp_ns=1, episode="e", label="success")),
        rejected,
    )
    for kind, content in zip(RecordKind, contents, strict=True):
        writer.append(kind, content, stamp_ns=10)
    writer.close()
    with AnyReader([tmp_path / "bag"]) as bag:
        found = [bag.deserialize(data, connection.msgtype) for connection, _, data in bag.messages()]
        hashes = {connection.msgtype: connection.digest for connection in bag.connections}
    assert found[0].digest == SPEC.digest
    assert found[1].observation.episode == "épisode"
    np.testing.assert_array_equal(found[1].observation.images[1].data, record.observation.images[1].ravel())
    assert (found[2].outcome, found[3].label, found[4].reason) == ("success", "success", "no")
    assert bytes(found[4].payload) == payload
    assert hashes == {kind.type_name: definition.type_hash for kind, definition in log_definitions().items()}
