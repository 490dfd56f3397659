"""Lockstep with a person: each pose is answered by one input, and a person who falls silent has let go."""

from __future__ import annotations

from user_core.interfaces import TeleopDevice


class OperatorGate:
    """Tells when a device's answer to the newest pose has come, and when it is no longer waited for.

    Args:
        device: Its samples carry the stamp of the pose they answer, and when they were received.
        silence_s: Wall seconds without an answer that mean the person has let go.
    """

    def __init__(self, *, device: TeleopDevice, silence_s: float) -> None:
        self._device = device
        self._silence_s = silence_s
        self._asked_stamp_ns = -1
        self._asked_s = 0.0
        self._silent_since_stamp_ns: int | None = -1

    @property
    def present(self) -> bool:
        """Whether the person answers; false before the first answer and after a silence."""
        return self._silent_since_stamp_ns is None

    def is_open(self, *, pose_stamp_ns: int, tick_s: float, wall_s: float) -> bool:
        """Tell whether the step may go on without waiting for this device.

        Args:
            pose_stamp_ns: Stamp of the pose that is to be answered.
            tick_s: Control time of the tick: older inputs answer an older pose.
            wall_s: Monotonic wall seconds.
        """
        if pose_stamp_ns != self._asked_stamp_ns:
            self._asked_stamp_ns, self._asked_s = pose_stamp_ns, wall_s
        sample = self._device.read()
        if sample is not None and self._silent_since_stamp_ns is not None:
            if sample.stamp_ns > self._silent_since_stamp_ns:
                self._silent_since_stamp_ns = None
        if sample is None or not self.present:
            return True
        if sample.stamp_ns >= pose_stamp_ns and sample.received_s >= tick_s:
            return True
        if wall_s - self._asked_s > self._silence_s:
            self._silent_since_stamp_ns = sample.stamp_ns
            return True
        return False
