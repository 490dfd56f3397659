"""The drivers of one arm as a bag recorded them: real adapters, fed with exactly the samples that are asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from user_bringup.convert.bag_index import BagIndex
from user_core.errors import UserRosError
from user_core.goals import SendGoal
from user_core.interfaces import Stamped
from user_core.ros.conversions import from_message, ns_from_stamp, pose_from_message
from user_core.ros.messages import message_class
from user_core.ros.raw import decode_message
from user_core.spec import EnvironmentSpec
from user_core.transforms import Pose
from user_core.types import StreamSample, TaskState
from user_hardware.environment.assembly import make_adapters, stream_sources
from user_hardware.environment.clock import ControlClock
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.environment.sensors import TASK_STATE, Sensors, Snapshot
from user_hardware.rewards.registry import RULE
from user_hardware.robots.crisp import POSE_TYPE


class MissingSampleError(UserRosError):
    """A sample that a step was made from is not in the bag."""


class _Subscription:
    def destroy(self) -> None:
        """Nothing ends: the bag is read once."""


class _BagTopics:
    """`Topics` of adapters that only listen."""

    def __init__(self) -> None:
        self.callbacks: dict[str, list[Callable[[Any], None]]] = defaultdict(list)

    def subscribe(
        self, topic: str, type_name: str, callback: Callable[[Any], None], *, reliable: bool
    ) -> _Subscription:
        self.callbacks[topic].append(callback)
        return _Subscription()

    def publisher(self, topic: str, type_name: str, *, reliable: bool) -> Callable[[Any], None]:
        return lambda message: None

    def action(self, name: str, type_name: str) -> SendGoal:
        return lambda fields, report: lambda: None

    def message(self, type_name: str) -> Any:
        return message_class(type_name)()

    def publisher_count(self, topic: str) -> int:
        return 0


class RecordedDrivers:
    """Gives the snapshot of any set of samples, by the environment's own adapters.

    Args:
        config: Of the environment.
        spec: What observations need.
        arm: Namespace of the arm in the bag, without slashes.
        index: Of the bag.
    """

    def __init__(self, *, config: EnvironmentConfig, spec: EnvironmentSpec, arm: str, index: BagIndex) -> None:
        self._spec = spec
        self._arm = arm
        self._index = index
        self._now_s = 0.0
        self._target: Stamped[Pose] | None = None
        self._state: Stamped[TaskState] | None = None
        self.sources = {stream: (self.resolve(topic), kind) for stream, (topic, kind) in stream_sources(config).items()}
        self._target_topic = self.resolve(config.topics.target_pose)
        # Ages are as the environment measured them, in whatever time it ran: seconds of the bag are seconds here.
        clock = ControlClock(period_s=config.period_s, real_time_factor=1.0, monotonic_s=lambda: self._now_s)
        adapters = make_adapters(config, clock)
        self._topics = _BagTopics()
        for adapter in (adapters.robot, adapters.gripper, *adapters.cameras.values()):
            if adapter is not None:
                adapter.connect(self._topics)
        self._callbacks = {self.resolve(topic): calls for topic, calls in self._topics.callbacks.items()}
        self._callbacks[self.sources["task_target"][0]] = [self._on_target]
        self._callbacks[self.sources[TASK_STATE][0]] = [self._on_state]
        self.sensors = Sensors(
            spec=spec,
            robot=adapters.robot,
            gripper=adapters.gripper,
            cameras=adapters.cameras,
            task_target=lambda: self._target,
            task_state=lambda: self._state,
            judged_by_state=config.reward.name == RULE,
            now_s=lambda: self._now_s,
        )

    def resolve(self, topic: str) -> str:
        """Return the full name of a topic of the arm."""
        return topic if topic.startswith("/") else f"/{self._arm}/{topic}".replace("//", "/")

    def snapshot(self, streams: Iterable[StreamSample]) -> Snapshot:
        """Return what was known when these samples, of these ages, were the newest.

        Raises:
            MissingSampleError: When one of them is not in the bag.
            InvalidRecordError: When one cannot be decoded, or an image not be used.
        """
        self._target = self._state = None
        for sample in streams:
            if sample.stream in self.sources:
                # The clock stands at 0 when the snapshot is taken: received an age before that.
                self._now_s = -sample.age_s
                self._deliver(sample)
        self._now_s = 0.0
        return self.sensors.read()

    def target(self, stamp_ns: int) -> Pose:
        """Return the target that was sent under a stamp. Raises MissingSampleError."""
        return self.pose(self._target_topic, self._position(self._target_topic, stamp_ns, what="target"))

    def target_before(self, stamp_ns: int) -> Pose | None:
        """Return the newest target that was sent before a stamp, None when the bag has none."""
        topic = self._index.topics.get(self._target_topic)
        position = None if topic is None else topic.newest(stamp_ns - 1)
        return None if position is None else self.pose(self._target_topic, position)

    def pose(self, topic: str, position: int) -> Pose:
        """Return a recorded PoseStamped, by the full name of its topic and its position in it."""
        return pose_from_message(decode_message(POSE_TYPE, self._index.read(topic, position)).pose)

    def _deliver(self, sample: StreamSample) -> None:
        topic, type_name = self.sources[sample.stream]
        if sample.stream == "task_target" and sample.stamp_ns == 0:
            # Nothing measured it: the environment took it to be where it nominally is.
            self._target = Stamped(value=self._spec.nominal_target, stamp_ns=0, received_s=self._now_s)
            return
        position = self._position(topic, sample.stamp_ns, what=sample.stream)
        message = decode_message(type_name, self._index.read(topic, position))
        for callback in self._callbacks.get(topic, ()):
            callback(message)

    def _position(self, topic: str, stamp_ns: int, *, what: str) -> int:
        found = self._index.topics.get(topic)
        position = None if found is None else found.exactly(stamp_ns)
        if position is None:
            raise MissingSampleError(f"the sample of {what} stamped {stamp_ns / 1e9:.6f} s is not in the bag ({topic})")
        return position

    def _on_target(self, message: Any) -> None:
        stamp_ns = ns_from_stamp(message.header.stamp)
        self._target = Stamped(value=pose_from_message(message.pose), stamp_ns=stamp_ns, received_s=self._now_s)

    def _on_state(self, message: Any) -> None:
        state = from_message(message, TaskState)
        self._state = Stamped(value=state, stamp_ns=state.stamp_ns, received_s=self._now_s)
