"""Everything that the drivers report at one instant, under one stamp."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from user_core.transforms import Pose
from user_core.types import ImageArray, TaskState
from user_hardware.simulation.world import WorldSample


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """One instant of the simulated world, as it goes out.

    Attributes:
        stamp_ns: Wall time, nanoseconds; every message made of the snapshot carries it.
        sample: State of arm and gripper.
        images: (H, W, 3) uint8 RGB by camera; empty between two camera frames.
        target_pose: TCP pose at the goal, base frame; None when it did not change.
        task_state: How the task stands; None where nobody asks.
    """

    stamp_ns: int
    sample: WorldSample
    images: Mapping[str, ImageArray] = field(default_factory=dict)
    target_pose: Pose | None = None
    task_state: TaskState | None = None


class StampClock:
    """Turns wall time into stamps that never repeat and never go back, so that a stamp orders its stream."""

    def __init__(self) -> None:
        """Start with any stamp allowed."""
        self._last_ns = 0

    def next(self, now_ns: int) -> int:
        """Return `now_ns`, or the nanosecond after the last stamp when the wall clock has not moved on."""
        self._last_ns = max(now_ns, self._last_ns + 1)
        return self._last_ns
