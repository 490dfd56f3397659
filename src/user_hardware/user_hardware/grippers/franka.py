"""The Franka hand through franka_ros2's gripper node: a motion takes about a second, and nothing here waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from user_core.interfaces import Stamped, Topics
from user_hardware.environment.streams_config import GripperConfig
from user_hardware.grippers.finger_state import FingerState

MOVE_ACTION = ("franka_gripper/move", "franka_msgs/action/Move")
GRASP_ACTION = ("franka_gripper/grasp", "franka_msgs/action/Grasp")
EPSILON_TYPE = "franka_msgs/msg/GraspEpsilon"
_CLOSED_BELOW = 0.5


class FrankaGripper:
    """Opens by `move` and closes by `grasp`, which holds with a force whatever is between the fingers.

    Args:
        config: Topics, width, speed and force.
        now_s: The control clock, for the time of receipt.
    """

    def __init__(self, *, config: GripperConfig, now_s: Callable[[], float]) -> None:
        self._config = config
        self._fingers = FingerState(topic=config.state_topic, now_s=now_s)
        self._topics: Topics | None = None
        self._move: Callable[..., None] | None = None
        self._grasp: Callable[..., None] | None = None

    def connect(self, topics: Topics) -> None:
        """Subscribe to the fingers and find the actions; raises ConfigurationError without franka_msgs."""
        self._topics = topics
        self._move, self._grasp = topics.action(*MOVE_ACTION), topics.action(*GRASP_ACTION)
        self._fingers.connect(topics)

    def read(self) -> Stamped[float] | None:
        """Return the width between the fingers in metres."""
        return self._fingers.newest

    def command(self, opening: float) -> float:
        """Begin to open or close and return at once: below one half it grasps, so the answer is 0 there."""
        value = min(max(float(opening), 0.0), 1.0)
        if value < _CLOSED_BELOW:
            if self._grasp is not None and self._topics is not None:
                epsilon: Any = self._topics.message(EPSILON_TYPE)
                epsilon.inner = epsilon.outer = self._config.max_width_m
                self._grasp(width=0.0, epsilon=epsilon, speed=self._config.speed_m_s, force=self._config.force_n)
            return 0.0
        if self._move is not None:
            self._move(width=value * self._config.max_width_m, speed=self._config.speed_m_s)
        return value

    def disconnect(self) -> None:
        """Undo `connect`."""
        self._fingers.disconnect()
        self._topics, self._move, self._grasp = None, None, None
