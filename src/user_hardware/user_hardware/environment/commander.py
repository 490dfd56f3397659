"""The only way to the arm: every target passes the guard and is measured against a pose that is fresh."""

from __future__ import annotations

from collections.abc import Callable

from user_core.errors import UserRosError
from user_core.interfaces import Gripper, Robot
from user_core.transforms import FloatArray, Pose
from user_hardware.environment.guard import Guard, GuardedTarget


class PoseLostError(UserRosError):
    """There is no fresh pose of the tool, so that no target may be sent."""


class Commander:
    """Sends targets and gripper openings, and remembers what was really sent.

    Args:
        robot: The arm.
        gripper: The gripper, or None.
        guard: Limits every target.
        pose_age_s: Age from which the measured pose is lost.
        now_s: The control clock.
        stamp_ns: Wall time for the stamps of targets.
    """

    def __init__(
        self,
        *,
        robot: Robot,
        gripper: Gripper | None,
        guard: Guard,
        pose_age_s: float,
        now_s: Callable[[], float],
        stamp_ns: Callable[[], int],
    ) -> None:
        self._robot = robot
        self._gripper = gripper
        self._guard = guard
        self._pose_age_s = pose_age_s
        self._now_s = now_s
        self._stamp_ns = stamp_ns
        self._commanded: Pose | None = None
        self.target_stamp_ns = 0
        self.opening: float | None = None

    @property
    def commanded(self) -> Pose:
        """The target sent last, or the measured pose when the target starts anew."""
        return self.measured() if self._commanded is None else self._commanded

    def measured(self) -> Pose:
        """Return the tool's newest pose.

        Raises:
            PoseLostError: When there is none, or it is too old to act on.
        """
        sample = self._robot.read().tcp_pose
        if sample is None:
            raise PoseLostError("no pose of the tool (current_pose) has been received; no target is sent")
        age_s = self._now_s() - sample.received_s
        if age_s > self._pose_age_s:
            raise PoseLostError(
                f"the pose of the tool (current_pose) is {age_s:.2f} s old (allowed: guard.pose_age_s = "
                f"{self._pose_age_s}); no target is sent until its stream is back"
            )
        if not sample.value.is_finite():
            numbers = sample.value.as_array().tolist()
            raise PoseLostError(f"the pose of the tool (current_pose) is {numbers}, which is no pose")
        return sample.value

    def move(self, target: Pose) -> GuardedTarget:
        """Send the nearest allowed target; return what was really sent. Raises PoseLostError."""
        measured = self.measured()
        previous = measured if self._commanded is None else self._commanded
        guarded = self._guard.limit(target, measured=measured, previous=previous)
        self.target_stamp_ns = max(self._stamp_ns(), self.target_stamp_ns + 1)
        self._commanded = self._robot.command(guarded.pose, stamp_ns=self.target_stamp_ns)
        return GuardedTarget(pose=self._commanded, flags=guarded.flags)

    def keep(self) -> GuardedTarget:
        """Send the standing target once more. Raises PoseLostError."""
        return self.move(self.commanded)

    def stop_here(self, *, offset_m: FloatArray) -> None:
        """Make the measured pose, or one a little way off (3,) metres, the target, once. Raises PoseLostError."""
        self._commanded = None
        measured = self.measured()
        self.move(Pose(position=measured.position + offset_m, quaternion=measured.quaternion))

    def start_from_measured(self) -> None:
        """Forget the standing target: the next one starts from where the tool is."""
        self._commanded = None

    def resend(self) -> None:
        """Send the last target unchanged under its old stamp, for a simulation that may have missed it."""
        if self._commanded is not None and self.target_stamp_ns:
            self._robot.command(self._commanded, stamp_ns=self.target_stamp_ns)
        if self.opening is not None and self._gripper is not None:
            self._gripper.command(self.opening)

    def grip(self, opening: float, *, anew: bool = False) -> None:
        """Ask the gripper for an opening in [0, 1]; never waited for.

        Args:
            opening: 0 = closed.
            anew: Send it although nothing has changed: a driver that came late, or came back, has not heard it.
        """
        if self._gripper is not None and (anew or opening != self.opening):
            self.opening = self._gripper.command(opening)
