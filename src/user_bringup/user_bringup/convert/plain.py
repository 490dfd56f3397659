"""A recording of topics alone as steps on a grid of ticks: what an environment would have seen at each of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from user_bringup.convert.bag_index import BagIndex, TopicIndex
from user_bringup.convert.cutting import Span, holes, spans_by_status, within, without
from user_bringup.convert.recorded_drivers import RecordedDrivers
from user_core.errors import LogError
from user_core.ros.raw import decode_message
from user_core.spec import EnvironmentSpec
from user_core.transforms import Pose
from user_core.types import ActionSource, Mode, Observation, Outcome, StepTrace, StepType, StreamSample, Transition
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.environment.sensors import LATCHED_STREAMS, TASK_STATE
from user_hardware.grippers.registry import NO_GRIPPER
from user_hardware.recording.topics import STATUS

_BILLION = 1_000_000_000
_NO_STATE = np.zeros(0, np.float32)
_NAMESPACE = uuid.UUID("6f2f8a6e-5d0c-5c63-9a51-2a6f0f0a7c11")


@dataclass(frozen=True, kw_only=True)
class PlainOptions:
    """How episodes are found, and how they end.

    Attributes:
        gap_s: A required stream that is silent for longer cuts an episode.
        spans_s: (begin, end) of each episode in seconds from the first tick; empty = by status, or all of the bag.
        outcome: How an episode ends that the reward does not end.
    """

    gap_s: float
    spans_s: tuple[tuple[float, float], ...]
    outcome: Outcome


class PlainRecording:
    """Lays the grid of ticks over a bag.

    Args:
        config: Of the environment that is imagined.
        spec: Its contract.
        drivers: The recorded drivers.
        index: Of the bag.
        options: See there.

    Raises:
        LogError: When a stream that observations need is not in the bag, or the streams do not overlap in time.
    """

    def __init__(
        self,
        *,
        config: EnvironmentConfig,
        spec: EnvironmentSpec,
        drivers: RecordedDrivers,
        index: BagIndex,
        options: PlainOptions,
    ) -> None:
        self._config = config
        self._spec = spec
        self._drivers = drivers
        self._index = index
        self._options = options
        self._period_ns = round(_BILLION / spec.control_rate_hz)
        self._streams = {name: self._required(name) for name in drivers.sensors.required if name not in LATCHED_STREAMS}
        begin = max(topic.stamps_ns[0] for topic in self._streams.values())
        end = min(topic.stamps_ns[-1] for topic in self._streams.values())
        if end - begin < self._period_ns:
            spans = ", ".join(
                f"{name} {topic.stamps_ns[0] / _BILLION:.3f} to {topic.stamps_ns[-1] / _BILLION:.3f} s"
                for name, topic in self._streams.items()
            )
            raise LogError(
                f"the streams of {index.bag.path} do not overlap for one step of {self._period_ns / _BILLION} s, by "
                f"their header stamps: {spans}."
            )
        self._limits: Span = (begin, end)
        self._targets = self._optional(drivers.resolve(config.topics.target_pose))
        self._source = str(uuid.uuid5(_NAMESPACE, f"{begin} {spec.robot} {spec.digest}"))

    @property
    def has_targets(self) -> bool:
        """Whether commanded poses were recorded."""
        return self._targets is not None

    def episodes(self) -> Iterator[list[StepTrace]]:
        """Yield the steps of each episode that is long enough for one action."""
        for begin, end in self._spans():
            begin += self._phase_ns(begin, end)
            count = (end - begin) // self._period_ns + 1
            if count > 1:
                yield self._episode([begin + k * self._period_ns for k in range(count)])

    def _phase_ns(self, begin: int, end: int) -> int:
        """Return how far the grid is moved so that each target lies a tenth of a period after a tick.

        A target answers the tick before it: a grid that lay just behind it would take it for the answer to another.
        """
        stamps = np.array([] if self._targets is None else self._targets.stamps_ns, dtype=np.int64)
        phases = (stamps[(stamps >= begin) & (stamps <= end)] - begin) % self._period_ns
        if not phases.size:
            return 0
        half = self._period_ns // 2
        around_first = (phases - phases[0] + half) % self._period_ns - half
        phase = int(phases[0] + np.median(around_first))
        return (phase - self._period_ns // 10) % self._period_ns

    def _spans(self) -> list[Span]:
        begin = self._limits[0]
        chosen = [
            (begin + round(first * _BILLION), begin + round(last * _BILLION)) for first, last in self._options.spans_s
        ]
        found = chosen or spans_by_status(self._index, self._drivers.resolve(STATUS)) or [self._limits]
        longest_ns = round(self._options.gap_s * _BILLION)
        gaps = [gap for topic in self._streams.values() for gap in holes(topic.stamps_ns, longer_than_ns=longest_ns)]
        return without(within(found, self._limits), gaps)

    def _episode(self, ticks: list[int]) -> list[StepTrace]:
        streams = [self._samples(tick) for tick in ticks]
        first = self._drivers.snapshot(streams[0])
        bias = (0.0,) * 6 if first.wrench is None else tuple(map(float, first.wrench.value))
        episode = str(uuid.uuid5(uuid.UUID(self._source), str(ticks[0])))
        traces = []
        for step, tick in enumerate(ticks):
            last = step == len(ticks) - 1
            upcoming = tick if last else ticks[step + 1]
            before, commanded = self._poses(tick, upcoming)
            record = self._record(episode, step, tick, reference=before, commanded=commanded)
            if last:
                record = replace(record, step_type=StepType.LAST, outcome=self._options.outcome.value)
            traces.append(
                StepTrace(
                    record=record, streams=streams[step], wrench_bias=bias, gripper_command=self._opening(upcoming)
                )
            )
        if self._options.outcome in (Outcome.SUCCESS, Outcome.FAILURE):
            traces[-2] = replace(traces[-2], mark=self._options.outcome.value)
        return traces

    def _samples(self, tick_ns: int) -> tuple[StreamSample, ...]:
        """Return the newest sample of each stream at a tick, with its age by the stamps."""
        samples = []
        for name in self._drivers.sources:
            topic = self._streams.get(name) or self._optional(self._drivers.sources[name][0])
            position = None if topic is None else topic.newest(tick_ns)
            if topic is not None and position is None and name in LATCHED_STREAMS:
                position = 0  # it holds from before it was first recorded
            if topic is not None and position is not None:
                stamp_ns = topic.stamps_ns[position]
                samples.append(StreamSample(stream=name, stamp_ns=stamp_ns, age_s=(tick_ns - stamp_ns) / _BILLION))
            elif name in LATCHED_STREAMS:
                samples.append(StreamSample(stream=name, stamp_ns=0, age_s=0.0))
        return tuple(samples)

    def _poses(self, tick_ns: int, upcoming_ns: int) -> tuple[Pose, Pose]:
        """Return the target that stood at a tick, and the last one sent before the next; measured poses for none."""
        name, topic = self._drivers.resolve(self._config.topics.target_pose), self._targets
        if topic is None or topic.newest(upcoming_ns - 1) is None:
            name, topic = self._drivers.sources["current_pose"][0], self._streams["current_pose"]
            upcoming_ns += 1
        before, after = topic.newest(tick_ns), topic.newest(upcoming_ns - 1)
        commanded = self._drivers.pose(name, 0 if after is None else after)
        return (commanded if before is None else self._drivers.pose(name, before)), commanded

    def _opening(self, until_ns: int) -> float:
        """Return the gripper's opening that stood commanded, or the measured one where no command was recorded."""
        if self._config.gripper.driver == NO_GRIPPER:
            return float("nan")
        commands = self._drivers.resolve(self._config.gripper.command_topic)
        topic = self._optional(commands)
        position = None if topic is None else topic.newest(until_ns - 1)
        if topic is not None and position is not None:
            return float(decode_message(topic.type_name, self._index.read(commands, position)).data[0])
        state, kind = self._drivers.sources["gripper"]
        fingers = self._optional(state)
        position = None if fingers is None else fingers.newest(until_ns)
        if position is None:
            return float("nan")
        width_m = sum(decode_message(kind, self._index.read(state, position)).position[:2])
        return float(np.clip(width_m / self._config.gripper.max_width_m, 0.0, 1.0))

    def _record(self, episode: str, step: int, tick_ns: int, *, reference: Pose, commanded: Pose) -> Transition:
        return Transition(
            source=self._source,
            source_sequence=0,
            robot=self._spec.robot,
            task=self._spec.task,
            observation=Observation(
                stamp_ns=tick_ns,
                source=self._source,
                spec_digest=self._spec.digest,
                episode=episode,
                step=step,
                mode=Mode.COLLECT,
                deterministic=False,
                state=_NO_STATE,
            ),
            step_type=StepType.MIDDLE if step else StepType.FIRST,
            action_source=ActionSource.HUMAN,
            reference_pose=reference,
            commanded_pose=commanded,
            # Of a verdict that ends it: see how replay tells a verdict from a break.
            discount=0.0,
        )

    def _optional(self, topic: str) -> TopicIndex | None:
        found = self._index.topics.get(topic)
        return found if found is not None and found.stamps_ns else None

    def _required(self, stream: str) -> TopicIndex:
        topic, type_name = self._drivers.sources[stream]
        found = self._optional(topic)
        if found is None or found.type_name != type_name:
            problem = "is not in it" if found is None else f"is of type {found.type_name}"
            driver = stream if stream != TASK_STATE else "the reward rule"
            raise LogError(
                f"{self._index.bag.path} cannot become transitions: {topic} ({type_name}), which {driver} needs, "
                f"{problem}. The bag has {self._index.describe()}. Rename with --remap THEIRS:=OURS, or choose what "
                "observations hold with --policy or --config (state.groups, cameras.names)."
            )
        return found
