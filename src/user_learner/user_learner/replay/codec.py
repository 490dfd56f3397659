"""What the keeper of the log must know of messages; ROS implements it, tests have their own."""

from __future__ import annotations

from typing import Protocol

from user_core.log.identity import ExaminedRecord, RecordIdentity
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel


class RecordCodec(Protocol):
    """Between stored bytes and plain Python."""

    def examine(self, kind: RecordKind, payload: bytes) -> ExaminedRecord:
        """Read a record without ever raising for its content."""

    def encode_label(self, label: EpisodeLabel) -> bytes:
        """Return the bytes of a label."""

    def encode_rejected(
        self, *, stamp_ns: int, kind: RecordKind, identity: RecordIdentity, reason: str, payload: bytes
    ) -> bytes:
        """Return the bytes of the record that stands for one that failed the check on entry."""
