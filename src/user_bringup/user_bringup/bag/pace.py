"""When each message of a bag is due: as it was recorded, or as the robot's clock went."""

from __future__ import annotations

from collections import defaultdict
from typing import Protocol

from user_core.log.kinds import RecordKind
from user_core.log.recorded_message import RecordedMessage
from user_core.ros.records import decode
from user_core.spec import EnvironmentSpec
from user_core.types import Transition

_NANOSECONDS = 1_000_000_000


class Pace(Protocol):
    """Tells when a message is due."""

    def due_s(self, message: RecordedMessage) -> float:
        """Return seconds since the first message; asked once for each, in the order of the bag."""


class RecordedPace:
    """As the recorder received the messages."""

    def __init__(self) -> None:
        self._first_ns: int | None = None

    def due_s(self, message: RecordedMessage) -> float:
        """Return seconds since the first message."""
        if self._first_ns is None:
            self._first_ns = message.stamp_ns
        return (message.stamp_ns - self._first_ns) / _NANOSECONDS


class RobotPace:
    """One control period a step, however fast the steps were made: for logs of a simulation in lockstep."""

    def __init__(self) -> None:
        self._period_s: dict[str, float] = {}
        self._robot_s: defaultdict[str, float] = defaultdict(float)
        self._now_s = 0.0

    def due_s(self, message: RecordedMessage) -> float:
        """Return seconds of robot time; what is no transition is due with the one before."""
        type_name = message.topic.definition.type_name
        if type_name == RecordKind.SPEC.type_name:
            spec = decode(RecordKind.SPEC, message.payload)
            if isinstance(spec, EnvironmentSpec):
                self._period_s[spec.digest] = 1 / spec.control_rate_hz
        elif type_name == RecordKind.TRANSITION.type_name:
            record = decode(RecordKind.TRANSITION, message.payload)
            if isinstance(record, Transition):
                self._now_s = max(self._now_s, self._robot_s[record.robot])
                self._robot_s[record.robot] += self._period_s.get(record.observation.spec_digest, 0.0)
        return self._now_s
