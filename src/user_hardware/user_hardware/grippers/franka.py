"""The Franka hand through franka_ros2's gripper node: a motion takes about a second, and nothing here waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from user_core.goals import OnGoalReport, SendGoal
from user_core.interfaces import GripperState, Stamped, Topics
from user_hardware.environment.streams_config import GripperConfig
from user_hardware.grippers.finger_state import FingerState
from user_hardware.grippers.newest_goal import NewestGoal
from user_hardware.grippers.patience import Patience

MOVE_ACTION = ("franka_gripper/move", "franka_msgs/action/Move")
GRASP_ACTION = ("franka_gripper/grasp", "franka_msgs/action/Grasp")
EPSILON_TYPE = "franka_msgs/msg/GraspEpsilon"
_GRASP_BELOW = {"binary": 0.5, "continuous": 0.05}
"""Openings from which on it grasps: `move` stops at what is between the fingers, and does not press."""


class FrankaGripper:
    """Opens by `move` and closes by `grasp`, which holds with a force whatever is between the fingers.

    Homing moves the fingers over their whole way, and is therefore a person's to ask for, at the driver.

    Args:
        config: Topics, width, speed, force, mode and patience.
        now_s: The control clock, for the time of receipt.
    """

    def __init__(self, *, config: GripperConfig, now_s: Callable[[], float]) -> None:
        self._config = config
        self._fingers = FingerState(config=config, now_s=now_s)
        self._patience = Patience(config=config, now_s=now_s)
        self._goal = NewestGoal(patience_s=config.patience_s, now_s=now_s)
        self._topics: Topics | None = None
        self._move: SendGoal | None = None
        self._grasp: SendGoal | None = None

    def connect(self, topics: Topics) -> None:
        """Subscribe to the fingers and find the actions; raises ConfigurationError without franka_msgs."""
        self._topics = topics
        self._move, self._grasp = topics.action(*MOVE_ACTION), topics.action(*GRASP_ACTION)
        self._fingers.connect(topics)

    def read(self) -> Stamped[GripperState] | None:
        """Return the newest state of the fingers, which move as long as a goal is under way."""
        self._goal.poll()
        sample = self._fingers.read(asked_m=self._patience.asked_m)
        if sample is None or not self._goal.busy:
            return sample
        return replace(sample, value=replace(sample.value, moving=True))

    def command(self, opening: float) -> float:
        """Begin to open or close and return at once; where it grasps, the answer is 0."""
        value = min(max(float(opening), 0.0), 1.0)
        value = 0.0 if value < _GRASP_BELOW[self._config.mode] else value
        width_m = value * self._config.max_width_m
        under_way = self._goal.busy and width_m == self._patience.asked_m
        self._patience.ask(width_m)
        if not under_way:
            self._goal.ask(lambda report: self._send(width_m, report))
        return value

    def problem(self) -> str:
        """Return why the driver has not done what it was asked for, or ""."""
        return self._goal.problem() or self._patience.problem(self.read())

    def disconnect(self) -> None:
        """Undo `connect`; a motion under way is canceled."""
        self._goal.abandon()
        self._fingers.disconnect()
        self._patience.forget()
        self._topics, self._move, self._grasp = None, None, None

    def _send(self, width_m: float, report: OnGoalReport) -> Callable[[], None]:
        if self._topics is None or self._move is None or self._grasp is None:
            return lambda: None
        if width_m > 0:
            return self._move({"width": width_m, "speed": self._config.speed_m_s}, report)
        epsilon: Any = self._topics.message(EPSILON_TYPE)
        epsilon.inner = epsilon.outer = self._config.max_width_m
        goal = {"width": 0.0, "epsilon": epsilon, "speed": self._config.speed_m_s, "force": self._config.force_n}
        return self._grasp(goal, report)
