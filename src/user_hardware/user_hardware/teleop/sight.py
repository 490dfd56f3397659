"""What the scripted person sees: one instant of the scene, put together from several streams."""

from __future__ import annotations

from user_core.transforms import Pose
from user_core.types import TaskState
from user_hardware.teleop.expert import ExpertView


class Sight:
    """Newest samples; those of one instant carry one stamp, and arrive in any order."""

    def __init__(self) -> None:
        """Start blind."""
        self._tcp_pose: Pose | None = None
        self._target_pose: Pose | None = None
        self._state: TaskState | None = None
        self._gripper_width_m = 0.0
        self._width_stamp_ns = -1
        self.stamp_ns = -1

    def see_tool(self, tcp_pose: Pose, stamp_ns: int) -> None:
        """Take where the tool is, base frame."""
        self._tcp_pose, self.stamp_ns = tcp_pose, stamp_ns

    def see_fingers(self, width_m: float, stamp_ns: int) -> None:
        """Take the distance between the fingers."""
        self._gripper_width_m, self._width_stamp_ns = width_m, stamp_ns

    def see_state(self, state: TaskState) -> None:
        """Take how the task stands."""
        self._state = state

    def see_target(self, target_pose: Pose) -> None:
        """Take where the tool is at the goal, base frame; it holds until it changes."""
        self._target_pose = target_pose

    @property
    def complete(self) -> bool:
        """Whether the other streams have reached the stamp of the newest tool pose."""
        reached = self._width_stamp_ns if self._state is None else min(self._width_stamp_ns, self._state.stamp_ns)
        return self._state is not None and reached >= self.stamp_ns >= 0

    @property
    def view(self) -> ExpertView | None:
        """What is seen now; None while something has never been seen."""
        if self._tcp_pose is None or self._target_pose is None or self._state is None:
            return None
        return ExpertView(
            tcp_pose=self._tcp_pose,
            gripper_width_m=self._gripper_width_m,
            target_pose=self._target_pose,
            state=self._state,
        )
