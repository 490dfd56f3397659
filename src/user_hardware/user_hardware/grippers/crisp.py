"""A gripper under a position controller: one number in [0, 1] on a topic."""

from __future__ import annotations

import array
from collections.abc import Callable
from typing import Any

from user_core.interfaces import GripperState, Stamped, Topics
from user_hardware.environment.streams_config import GripperConfig
from user_hardware.grippers.finger_state import FingerState
from user_hardware.grippers.patience import Patience

COMMAND_TYPE = "std_msgs/msg/Float64MultiArray"


class CrispGripper:
    """Openings out by `gripper_position_controller/commands`, the fingers' JointState in.

    Args:
        config: Topics, width, patience.
        now_s: The control clock, for the time of receipt.
    """

    def __init__(self, *, config: GripperConfig, now_s: Callable[[], float]) -> None:
        self._config = config
        self._fingers = FingerState(config=config, now_s=now_s)
        self._patience = Patience(config=config, now_s=now_s)
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

    def read(self) -> Stamped[GripperState] | None:
        """Return the newest state of the fingers."""
        return self._fingers.read(asked_m=self._patience.asked_m)

    def command(self, opening: float) -> float:
        """Publish an opening, 0 = closed, 1 = open; return the value on the wire."""
        value = min(max(float(opening), 0.0), 1.0)
        self._patience.ask(value * self._config.max_width_m)
        if self._send is not None:
            self._send(value)
        return value

    def problem(self) -> str:
        """Return why the fingers are not where they were asked to be, or ""."""
        return self._patience.problem(self.read())

    def disconnect(self) -> None:
        """Undo `connect`."""
        self._fingers.disconnect()
        self._patience.forget()
        self._send = None
