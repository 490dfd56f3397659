"""The newest sample of every stream that an observation needs, read at one instant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from user_core.errors import InvalidRecordError
from user_core.interfaces import Camera, Gripper, Robot, RobotState, Stamped
from user_core.spec import PRIVILEGED_GROUP, EnvironmentSpec
from user_core.transforms import FloatArray, Pose
from user_core.types import ImageArray, TaskState

_STREAM_OF_GROUP = {
    "tcp_pose": "current_pose",
    "tcp_velocity": "current_twist",
    "tcp_force": "wrench",
    "tcp_torque": "wrench",
    "gripper": "gripper",
    PRIVILEGED_GROUP: "task_target",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """What was known of the world at one instant.

    Attributes:
        now_s: Control seconds at which it was taken.
        samples: Newest sample by stream name; a stream that has not been heard is missing.
        rejected: Why the newest sample of a stream cannot be used, by stream name.
    """

    now_s: float
    samples: Mapping[str, Stamped[Any]]
    rejected: Mapping[str, str] = field(default_factory=dict)

    @property
    def tcp_pose(self) -> Stamped[Pose] | None:
        """Tool pose in the base frame."""
        return self.samples.get("current_pose")

    @property
    def tcp_twist(self) -> Stamped[FloatArray] | None:
        """Tool twist (6,) m/s and rad/s in the base frame."""
        return self.samples.get("current_twist")

    @property
    def wrench(self) -> Stamped[FloatArray] | None:
        """External wrench (6,) N and N·m in the base frame, bias not removed."""
        return self.samples.get("wrench")

    @property
    def gripper_width(self) -> Stamped[float] | None:
        """Metres between the fingers."""
        return self.samples.get("gripper")

    @property
    def task_target(self) -> Stamped[Pose] | None:
        """Where the task's target really is, base frame."""
        return self.samples.get("task_target")

    @property
    def task_state(self) -> Stamped[TaskState] | None:
        """What is really so: for rewards and reports, never in an observation."""
        return self.samples.get(TASK_STATE)

    def image(self, camera: str) -> Stamped[ImageArray] | None:
        """Newest frame (H, W, 3) uint8 RGB of a camera, as the spec says."""
        return self.samples.get(camera)

    def age_s(self, stream: str) -> float:
        """Return control seconds since a stream's newest sample was received."""
        return self.now_s - self.samples[stream].received_s


TASK_STATE = "task_state"
TASK_STATE_TYPE = "user_interfaces/msg/TaskState"
LATCHED_STREAMS = ("task_target",)
"""Streams that are published once and hold until they change."""


class Sensors:
    """Reads all adapters of one arm.

    Args:
        spec: Decides which streams an observation needs.
        robot: The arm.
        gripper: The gripper, or None.
        cameras: One adapter per camera of the spec.
        task_target: Returns the newest true target, or None.
        task_state: Returns the newest ground truth, or None.
        judged_by_state: Whether the reward reads the ground truth, so that a step waits for it.
        now_s: The control clock.
    """

    def __init__(
        self,
        *,
        spec: EnvironmentSpec,
        robot: Robot,
        gripper: Gripper | None,
        cameras: Mapping[str, Camera],
        task_target: Callable[[], Stamped[Pose] | None],
        task_state: Callable[[], Stamped[TaskState] | None] = lambda: None,
        judged_by_state: bool = False,
        now_s: Callable[[], float],
    ) -> None:
        self._robot = robot
        self._gripper = gripper
        self._cameras = dict(cameras)
        self._task_target = task_target
        self._task_state = task_state
        self._now_s = now_s
        streams = dict.fromkeys(["current_pose", *(_STREAM_OF_GROUP[group.name] for group in spec.state_groups)])
        self.observed = (*streams, *(camera.name for camera in spec.cameras))
        self.required = (*self.observed, TASK_STATE) if judged_by_state else self.observed

    def arm(self) -> RobotState:
        """Return the newest samples of the arm alone; cheap enough for each of them."""
        return self._robot.read()

    def read(self) -> Snapshot:
        """Return the newest sample of each stream; never waits."""
        state = self._robot.read()
        samples: dict[str, Stamped[Any] | None] = {
            "current_pose": state.tcp_pose,
            "current_twist": state.tcp_twist,
            "wrench": state.wrench,
            "gripper": state.gripper_width if self._gripper is None else _width(self._gripper),
            "task_target": self._task_target(),
            TASK_STATE: self._task_state(),
        }
        rejected: dict[str, str] = {}
        for name, camera in self._cameras.items():
            try:
                samples[name] = camera.read()
            except InvalidRecordError as error:
                rejected[name] = str(error)
        heard = {name: sample for name, sample in samples.items() if sample is not None}
        return Snapshot(now_s=self._now_s(), samples=heard, rejected=rejected)

    def behind(self, stamp_ns: int, *, scene_is_new: bool) -> tuple[str, ...]:
        """Return the required streams that have not reached `stamp_ns`: one simulation stamps them all.

        Args:
            stamp_ns: Stamp of the simulation's reply.
            scene_is_new: Whether the task's true target, which only a reset publishes, must have reached it too.
        """
        samples = self.read().samples
        required = (name for name in self.required if scene_is_new or name not in LATCHED_STREAMS)
        return tuple(name for name in required if name not in samples or samples[name].stamp_ns < stamp_ns)


def _width(gripper: Gripper) -> Stamped[float] | None:
    """Return the width alone, metres: an observation holds nothing else of the gripper."""
    sample = gripper.read()
    if sample is None:
        return None
    return Stamped(value=sample.value.width_m, stamp_ns=sample.stamp_ns, received_s=sample.received_s)
