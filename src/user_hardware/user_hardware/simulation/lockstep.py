"""When a lockstep call may advance the world: once, in order, and only when its commands have arrived."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from user_hardware.simulation.snapshot import Snapshot


class Verdict(Enum):
    """What to do with an AdvanceWorld call."""

    ADVANCE = "advance"
    REPEAT = "repeat"
    WAIT = "wait"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class AdvanceCall:
    """One AdvanceWorld request; see AdvanceWorld.srv.

    Attributes:
        target_stamp_ns: Of the last target that the caller published; 0 = none to wait for.
        gripper_command: Last value that the caller sent to the gripper; NaN = none to wait for.
    """

    source: str
    tick: int
    expected_simulation: str
    target_stamp_ns: int
    gripper_command: float


class Lockstep:
    """Keeps one simulation and one environment in step over messages that may be late, lost or repeated."""

    def __init__(self, *, simulation: str) -> None:
        """Start with nothing received.

        Args:
            simulation: UUID of this simulation process.
        """
        self._simulation = simulation
        self._target_stamp_ns = 0
        self._gripper_command = math.nan
        self._newest: tuple[str, int] | None = None
        self._advanced: tuple[str, int] | None = None
        self._advanced_snapshot: Snapshot | None = None
        self._reset: tuple[str, str] | None = None
        self._reset_snapshot: Snapshot | None = None

    def note_target(self, stamp_ns: int) -> None:
        """Take note of a received target by its header stamp."""
        self._target_stamp_ns = stamp_ns

    def note_gripper(self, command: float) -> None:
        """Take note of a received gripper command."""
        self._gripper_command = command

    def receive(self, call: AdvanceCall) -> None:
        """Take note of a new call; it supersedes an older one that still waits."""
        self._newest = (call.source, call.tick)

    def judge(self, call: AdvanceCall) -> tuple[Verdict, str]:
        """Return what to do with a call now, and why when it is refused."""
        identity = (call.source, call.tick)
        if call.expected_simulation not in ("", self._simulation):
            return Verdict.REFUSE, f"this is simulation {self._simulation}, not {call.expected_simulation}"
        if identity == self._advanced:
            return Verdict.REPEAT, ""
        if self._advanced is not None and call.source == self._advanced[0] and call.tick < self._advanced[1]:
            return Verdict.REFUSE, f"tick {call.tick} is past: {self._advanced[1]} was the last"
        if identity != self._newest:
            return Verdict.REFUSE, f"tick {call.tick} is superseded by a newer call"
        if call.target_stamp_ns > self._target_stamp_ns:
            return Verdict.WAIT, "the target has not arrived"
        if not math.isnan(call.gripper_command) and call.gripper_command != self._gripper_command:
            return Verdict.WAIT, "the gripper command has not arrived"
        return Verdict.ADVANCE, ""

    def advanced(self, call: AdvanceCall, snapshot: Snapshot) -> None:
        """Keep the result of a call that was carried out, for the case that it is repeated."""
        self._advanced, self._advanced_snapshot = (call.source, call.tick), snapshot

    @property
    def last_advance(self) -> Snapshot | None:
        """Result of the last call that was carried out."""
        return self._advanced_snapshot

    def repeated_reset(self, *, source: str, episode: str) -> Snapshot | None:
        """Return the result of the last reset when it was for the same episode."""
        return self._reset_snapshot if self._reset == (source, episode) else None

    def was_reset(self, *, source: str, episode: str, snapshot: Snapshot) -> None:
        """Keep the result of a reset that was carried out; it put the fingers too: no earlier command counts."""
        self._gripper_command = math.nan
        self._reset, self._reset_snapshot = (source, episode), snapshot
