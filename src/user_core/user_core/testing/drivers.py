"""Drivers without hardware: each satisfies its protocol, and refuses to be used against it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from user_core.interfaces import Grip, GripperState, RobotState, Stamped, TeleopSample, Topics
from user_core.transforms import FloatArray, Pose
from user_core.types import ImageArray

_MOST_BUTTONS = 32


class FakeRobot:
    """An arm that is at its target as soon as `settle` says that time has passed.

    Args:
        pose: Where the tool is at first, base frame.
        now_s: Time of receipt of its samples.
    """

    def __init__(self, *, pose: Pose, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._stamp_ns = 0
        self.pose = pose
        self.wrench: FloatArray = np.zeros(6)
        self.target: Pose | None = None
        self.targets: list[Pose] = []
        self.target_stamps_ns: list[int] = []
        self._state = RobotState(tcp_pose=None, tcp_twist=None, wrench=None, gripper_width=None)

    def connect(self, topics: Topics) -> None:
        """Do nothing."""

    def disconnect(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""

    def recover(self) -> None:
        """Do nothing."""

    def read(self) -> RobotState:
        """Return what `deliver` delivered last."""
        return self._state

    def command(self, target: Pose, *, stamp_ns: int) -> Pose:
        """Take a target; raises ValueError for one that no guard would have let pass."""
        if not target.is_finite():
            raise ValueError(f"a target that is no pose was sent: {target.as_array()}")
        self.target = target
        self.targets.append(target)
        self.target_stamps_ns.append(stamp_ns)
        return target

    def settle(self) -> None:
        """Let the arm arrive at its target."""
        self.pose = self.pose if self.target is None else self.target

    def deliver(self, *, stamp_ns: int | None = None) -> None:
        """Let all three streams deliver a sample of now."""
        self._stamp_ns = self._stamp_ns + 1 if stamp_ns is None else stamp_ns
        now_s = self._now_s()
        self._state = RobotState(
            tcp_pose=Stamped(value=self.pose, stamp_ns=self._stamp_ns, received_s=now_s),
            tcp_twist=Stamped(value=np.zeros(6), stamp_ns=self._stamp_ns, received_s=now_s),
            wrench=Stamped(value=self.wrench, stamp_ns=self._stamp_ns, received_s=now_s),
            gripper_width=None,
        )


class FakeGripper:
    """A gripper that notes its commands, and is where it was told to be as soon as it delivers.

    Args:
        now_s: Time of receipt of its samples.
        max_width_m: Width between the fingers when open.
    """

    def __init__(self, *, now_s: Callable[[], float], max_width_m: float = 0.08) -> None:
        self._now_s = now_s
        self._max_width_m = max_width_m
        self._sample: Stamped[GripperState] | None = None
        self._stamp_ns = 0
        self.commands: list[float] = []
        self.trouble = ""

    def connect(self, topics: Topics) -> None:
        """Do nothing."""

    def disconnect(self) -> None:
        """Do nothing."""

    def read(self) -> Stamped[GripperState] | None:
        """Return what `deliver` delivered last."""
        return self._sample

    def command(self, opening: float) -> float:
        """Take an opening; raises ValueError outside [0, 1]."""
        if not 0 <= opening <= 1:
            raise ValueError(f"a gripper opening of {opening} was sent; allowed is [0, 1]")
        self.commands.append(opening)
        return opening

    def problem(self) -> str:
        """Return `trouble`, as a test has set it."""
        return self.trouble

    def deliver(
        self,
        *,
        width_m: float | None = None,
        moving: bool = False,
        grip: Grip | None = None,
        stamp_ns: int | None = None,
    ) -> None:
        """Deliver a state: by default at rest, where the last command sent it."""
        self._stamp_ns = self._stamp_ns + 1 if stamp_ns is None else stamp_ns
        asked_m = self._max_width_m * (self.commands[-1] if self.commands else 0.0)
        width = asked_m if width_m is None else width_m
        state = GripperState(
            width_m=width,
            moving=moving,
            force_n=None,
            grip=grip or (Grip.CLOSED if width <= 0 else Grip.OPEN if width >= self._max_width_m else Grip.BETWEEN),
        )
        self._sample = Stamped(value=state, stamp_ns=self._stamp_ns, received_s=self._now_s())


class FakeCamera:
    """A camera that shows what it is told to, as the spec says.

    Args:
        height: Pixels.
        width: Pixels.
        now_s: Time of receipt of its frames.
    """

    def __init__(self, *, height: int, width: int, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._count = 0
        self._sample: Stamped[ImageArray] | None = None
        self._shape = (height, width, 3)

    def connect(self, topics: Topics) -> None:
        """Do nothing."""

    def disconnect(self) -> None:
        """Do nothing."""

    def read(self) -> Stamped[ImageArray] | None:
        """Return what `deliver` delivered last."""
        return self._sample

    def deliver(self, *, image: ImageArray | None = None, stamp_ns: int | None = None) -> None:
        """Deliver a frame; without an image, one that differs from the last."""
        self._count += 1
        shown = np.full(self._shape, self._count % 251, np.uint8) if image is None else image
        stamp = self._count if stamp_ns is None else stamp_ns
        self._sample = Stamped(value=shown, stamp_ns=stamp, received_s=self._now_s())


class FakeTeleop:
    """A device in nobody's hand until `hold` is called.

    Args:
        now_s: Time of receipt of its samples.
    """

    def __init__(self, *, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._sample: Stamped[TeleopSample] | None = None
        self._presses = [0] * _MOST_BUTTONS

    def connect(self, topics: Topics) -> None:
        """Do nothing."""

    def disconnect(self) -> None:
        """Forget what was delivered, the presses too."""
        self._sample, self._presses = None, [0] * _MOST_BUTTONS

    def read(self) -> Stamped[TeleopSample] | None:
        """Return what was delivered last."""
        return self._sample

    def hold(
        self,
        *,
        twist: FloatArray | None = None,
        buttons: tuple[bool, ...] = (),
        gripper: float | None = None,
        stamp_ns: int = 0,
    ) -> None:
        """Deliver an input: a twist (6,) in [-1, 1], the buttons that are down, an opening in [0, 1] asked for."""
        before = () if self._sample is None else self._sample.value.buttons
        for number, down in enumerate(buttons):
            self._presses[number] += down and not (number < len(before) and before[number])
        value = TeleopSample(
            twist=np.zeros(6) if twist is None else twist,
            buttons=buttons,
            gripper=gripper,
            presses=tuple(self._presses),
        )
        self._sample = Stamped(value=value, stamp_ns=stamp_ns, received_s=self._now_s())

    def release(self, *, stamp_ns: int = 0) -> None:
        """Deliver an input of nobody."""
        self.hold(stamp_ns=stamp_ns)
