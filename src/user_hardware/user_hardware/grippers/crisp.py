"""A gripper under a position controller: one number in [0, 1] on a topic."""

from __future__ import annotations

import array
from collections.abc import Callable
from typing import Any

from user_core.interfaces import Stamped, Topics
from user_hardware.environment.streams_config import GripperConfig
from user_hardware.grippers.finger_state import FingerState

COMMAND_TYPE = "std_msgs/msg/Float64MultiArray"


class CrispGripper:
    """Openings out by `gripper_position_controller/commands`, widths in by the fingers' JointState.

    Args:
        config: Topics.
        now_s: The control clock, for the time of receipt.
    """

    def __init__(self, *, config: GripperConfig, now_s: Callable[[], float]) -> None:
        self._config = config
        self._fingers = FingerState(topic=config.state_topic, now_s=now_s)
        self._send: Callable[[float], None] | None = None

    def connect(self, topics: Topics) -> None:
        """Subscribe to the fingers and advertise the command."""
        publish = topics.publisher(self._config.command_topic, COMMAND_TYPE, reliable=True)

        def send(opening: float) -> None:
            message: Any = topics.message(COMMAND_TYPE)
            message.data = array.array("d", [opening])
            publish(message)

        self._send = send
        self._fingers.connect(topics)

    def read(self) -> Stamped[float] | None:
        """Return the width between the fingers in metres."""
        return self._fingers.newest

    def command(self, opening: float) -> float:
        """Publish an opening, 0 = closed, 1 = open; return the value on the wire."""
        value = min(max(float(opening), 0.0), 1.0)
        if self._send is not None:
            self._send(value)
        return value

    def disconnect(self) -> None:
        """Undo `connect`."""
        self._fingers.disconnect()
        self._send = None
