"""Whether every stream delivers: missing, old, frozen by its stamp, or frozen by its pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from user_core.interfaces import Stamped
from user_core.spec import EnvironmentSpec
from user_core.transforms import FloatArray, Pose
from user_core.types import ImageArray, TaskState
from user_hardware.environment.sensors import LATCHED_STREAMS, Snapshot
from user_hardware.environment.streams_config import StreamsConfig


@dataclass(kw_only=True)
class _Seen:
    """What a stream showed last."""

    stamp_ns: int = -1
    received_s: float = 0.0
    repeats: int = 0


@dataclass(kw_only=True)
class _Picture:
    """The pixels a camera showed, and where the tool was when they first appeared."""

    image: ImageArray
    stamp_ns: int
    tcp_position: FloatArray
    repeats: int = 0


class StreamHealth:
    """Looks at each snapshot once.

    Args:
        config: When a stream counts as lost or frozen.
        pose_age_s: Age from which the pose is lost.
        spec: Its cameras are compared pixel by pixel.
        topics: For each required stream, its topic and type, for people.
    """

    def __init__(
        self, *, config: StreamsConfig, pose_age_s: float, spec: EnvironmentSpec, topics: Mapping[str, str]
    ) -> None:
        self._config = config
        self._pose_age_s = pose_age_s
        self._cameras = [camera.name for camera in spec.cameras]
        self._topics = dict(topics)
        self._seen = {name: _Seen() for name in topics}
        self._pictures: dict[str, _Picture] = {}

    def check(self, snapshot: Snapshot) -> list[str]:
        """Return what is wrong, one sentence per stream; empty when all is well."""
        return [problem for name, topic in self._topics.items() if (problem := self._problem(snapshot, name, topic))]

    def _problem(self, snapshot: Snapshot, name: str, topic: str) -> str:
        if name in snapshot.rejected:
            return f"{topic}: {snapshot.rejected[name]}"
        sample = snapshot.samples.get(name)
        if sample is None:
            return f"nothing received on {topic}: start its driver, or change the topic in the robot's params file"
        if problem := number_problem(topic, sample.value):
            return problem
        if name in LATCHED_STREAMS:
            return ""
        limit_s = self._pose_age_s if name == "current_pose" else self._config.max_age_s
        age_s = snapshot.age_s(name)
        if age_s > limit_s:
            return f"{topic} has been silent for {age_s:.2f} s (allowed: {limit_s} s)"
        if self._count_repeats(name, sample) >= self._config.frozen_ticks:
            return f"{topic} is frozen: the same stamp for {self._seen[name].repeats} ticks"
        if name in self._cameras and self._shows_same_pixels(snapshot, name, sample):
            moved_mm = 1000 * self._config.frozen_motion_m
            return f"{topic} is frozen: the same pixels while the tool moved more than {moved_mm:.0f} mm"
        return ""

    def _count_repeats(self, name: str, sample: Stamped[Any]) -> int:
        """Count the ticks at which a newly received sample carried the old stamp; silence is found by its age."""
        seen = self._seen[name]
        if sample.stamp_ns != seen.stamp_ns:
            seen.repeats = 0
        elif sample.received_s > seen.received_s:
            seen.repeats += 1
        seen.stamp_ns, seen.received_s = sample.stamp_ns, sample.received_s
        return seen.repeats

    def _shows_same_pixels(self, snapshot: Snapshot, name: str, frame: Stamped[ImageArray]) -> bool:
        """Tell whether new frames, more than one, repeat old pixels although the tool has moved.

        One may have been taken just before the tool moved; frames that stop coming are found by their stamp.
        """
        pose = snapshot.tcp_pose
        if pose is None:
            return False
        picture = self._pictures.get(name)
        if picture is None or not np.array_equal(picture.image, frame.value):
            self._pictures[name] = _Picture(
                image=frame.value, stamp_ns=frame.stamp_ns, tcp_position=pose.value.position
            )
            return False
        moved_m = float(np.linalg.norm(pose.value.position - picture.tcp_position))
        if frame.stamp_ns != picture.stamp_ns and moved_m > self._config.frozen_motion_m:
            picture.repeats += 1
        picture.stamp_ns = frame.stamp_ns
        return picture.repeats > 1


def number_problem(topic: str, value: Pose | TaskState | FloatArray | float | ImageArray) -> str:
    """Return what is wrong with a sample's numbers, naming its topic, or ""; every pixel is a number."""
    if isinstance(value, TaskState):
        value = np.concatenate([*(pose.as_array() for pose in value.poses), value.values])
    if isinstance(value, Pose):
        if value.is_finite():
            return ""
        return f"{topic} delivers {value.as_array().tolist()}; allowed are finite numbers and a unit quaternion"
    numbers = np.atleast_1d(value)
    if numbers.dtype == np.uint8 or np.all(np.isfinite(numbers)):
        return ""
    return f"{topic} delivers {numbers.tolist()}; allowed are finite numbers"
