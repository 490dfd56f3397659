"""Records of the log between CDR bytes and plain Python."""

from __future__ import annotations

from typing import Any

import numpy as np
from rclpy.serialization import deserialize_message, serialize_message

from user_core.errors import InvalidRecordError
from user_core.log.identity import ExaminedRecord, RecordIdentity
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel
from user_core.log.transition_cdr import decode_transition
from user_core.ros.conversions import bulk, from_message, stamp_from_ns, to_message
from user_core.ros.messages import message_class
from user_core.ros.spec_conversion import spec_from_message, spec_to_message
from user_core.spec import EnvironmentSpec
from user_core.types import EpisodeSummary, StepType, Transition

Record = EnvironmentSpec | Transition | EpisodeSummary | EpisodeLabel


def decode(kind: RecordKind, payload: bytes) -> Record:
    """Decode a record of any kind but REJECTED, which nothing reads on.

    Raises:
        InvalidRecordError: When the bytes are no such message, or a value does not fit its field.
    """
    if kind == RecordKind.TRANSITION:
        return decode_transition(payload)
    if kind == RecordKind.SPEC:
        return spec_from_message(decode_message(kind, payload))
    if kind == RecordKind.EPISODE:
        return from_message(decode_message(kind, payload), EpisodeSummary)
    if kind == RecordKind.LABEL:
        return from_message(decode_message(kind, payload), EpisodeLabel)
    raise InvalidRecordError(what="a record's kind", value=kind.name, allowed="SPEC, TRANSITION, EPISODE or LABEL")


def decode_message(kind: RecordKind, payload: bytes) -> Any:
    """Decode a record of any kind to its message.

    Raises:
        InvalidRecordError: When the bytes are no such message.
    """
    try:
        return deserialize_message(payload, message_class(kind.type_name))
    except Exception as error:  # rclpy raises RMWError here, which it does not export
        raise InvalidRecordError(
            what=f"a record of kind {kind.name.lower()}",
            value=f"{len(payload)} undecodable bytes",
            allowed=kind.type_name,
        ) from error


def identify(kind: RecordKind, payload: bytes) -> RecordIdentity:
    """Return who a record is, also where its content would fail every other check.

    Raises:
        InvalidRecordError: When the bytes are no such message.
    """
    message = decode_message(kind, payload)
    if kind == RecordKind.LABEL:
        return RecordIdentity(episode=message.episode)
    if kind == RecordKind.REJECTED:
        return RecordIdentity(source=message.source, source_sequence=message.source_sequence)
    source = {"source": message.source, "source_sequence": message.source_sequence, "run": message.run}
    if kind == RecordKind.SPEC:
        return RecordIdentity(**source, spec_digest=message.digest)
    if kind == RecordKind.EPISODE:
        return RecordIdentity(**source, episode=message.episode)
    observation = message.observation
    return RecordIdentity(
        **source,
        episode=observation.episode,
        step=observation.step,
        mode=observation.mode,
        robot=message.robot,
        awaits_verdict=message.awaits_verdict,
        last=message.step_type == int(StepType.LAST),
        spec_digest=observation.spec_digest,
    )


class RosRecordCodec:
    """What the keeper of the log needs to know of messages."""

    def examine(self, kind: RecordKind, payload: bytes) -> ExaminedRecord:
        """Read a record without ever raising for its content."""
        try:
            if kind == RecordKind.TRANSITION:
                transition = decode_transition(payload)
                return ExaminedRecord(identity=_identity(transition), record=transition)
            identity = identify(kind, payload)
            record = None if kind == RecordKind.REJECTED else decode(kind, payload)
            return ExaminedRecord(identity=identity, record=record)
        except InvalidRecordError as error:
            return ExaminedRecord(identity=_identity_of_damaged(kind, payload), record=None, reason=str(error))

    def encode_label(self, label: EpisodeLabel) -> bytes:
        """Return the CDR bytes of a label."""
        return encode(label)

    def encode_rejected(
        self, *, stamp_ns: int, kind: RecordKind, identity: RecordIdentity, reason: str, payload: bytes
    ) -> bytes:
        """Return the CDR bytes of the record that stands for one that failed the check on entry."""
        message = message_class(RecordKind.REJECTED.type_name)()
        message.header.stamp = stamp_from_ns(stamp_ns)
        message.source, message.source_sequence = identity.source, identity.source_sequence
        message.type, message.reason = kind.type_name, reason
        message.payload = bulk(np.frombuffer(payload, np.uint8))
        return bytes(serialize_message(message))


def encode(record: Transition | EpisodeSummary | EpisodeLabel) -> bytes:
    """Return the CDR bytes of a record."""
    kind = {
        Transition: RecordKind.TRANSITION,
        EpisodeSummary: RecordKind.EPISODE,
        EpisodeLabel: RecordKind.LABEL,
    }[type(record)]
    return bytes(serialize_message(to_message(record, kind.type_name)))


def encode_spec(spec: EnvironmentSpec, *, run: str, source: str, source_sequence: int) -> bytes:
    """Return the CDR bytes of a spec's record."""
    return bytes(serialize_message(spec_to_message(spec, run=run, source=source, source_sequence=source_sequence)))


def _identity(transition: Transition) -> RecordIdentity:
    observation = transition.observation
    return RecordIdentity(
        source=transition.source,
        source_sequence=transition.source_sequence,
        run=transition.run,
        episode=observation.episode,
        step=observation.step,
        mode=observation.mode,
        robot=transition.robot,
        awaits_verdict=transition.awaits_verdict,
        last=transition.step_type == StepType.LAST,
        spec_digest=observation.spec_digest,
    )


def _identity_of_damaged(kind: RecordKind, payload: bytes) -> RecordIdentity:
    try:
        return identify(kind, payload)
    except InvalidRecordError:
        return RecordIdentity()
