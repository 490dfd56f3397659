"""What each record of an episode was made from, noted on the way, for recordings of the raw topics."""

from __future__ import annotations

from dataclasses import dataclass, replace

from user_core.transforms import FloatArray
from user_core.types import StepTrace, StreamSample, Transition
from user_hardware.environment.judge import Judgement
from user_hardware.environment.sensors import Snapshot

_NOTHING = float("nan")


@dataclass(frozen=True, kw_only=True, eq=False)
class _Basis:
    """What is known of a step before its record is complete."""

    streams: tuple[StreamSample, ...]
    wrench_bias: tuple[float, ...]
    target_stamp_ns: int = 0
    opening: float | None = None


class EpisodeTracer:
    """Notes the samples and the target of every step, and gives each record its trace."""

    def __init__(self) -> None:
        self._bases: dict[int, _Basis] = {}

    def observed(self, step: int, snapshot: Snapshot, *, wrench_bias: FloatArray) -> None:
        """Note the samples of an observation; a fresher o_0 replaces the one before."""
        streams = tuple(
            StreamSample(stream=name, stamp_ns=sample.stamp_ns, age_s=snapshot.age_s(name))
            for name, sample in snapshot.samples.items()
        )
        self._bases[step] = _Basis(streams=streams, wrench_bias=tuple(map(float, wrench_bias)))

    def acted(self, step: int, *, target_stamp_ns: int, opening: float | None) -> None:
        """Note the target that was sent on an observation, and the gripper's opening that stands."""
        self._bases[step] = replace(self._bases[step], target_stamp_ns=target_stamp_ns, opening=opening)

    def trace(self, record: Transition, *, judgement: Judgement | None) -> StepTrace:
        """Return the trace of a record that is complete; `judgement` is that of its step, None where nobody judged."""
        basis = self._bases.pop(record.observation.step)
        mark = None if judgement is None else judgement.mark
        estimate = None if judgement is None else judgement.estimate
        return StepTrace(
            record=record,
            streams=basis.streams,
            wrench_bias=basis.wrench_bias,
            target_stamp_ns=basis.target_stamp_ns,
            gripper_command=_NOTHING if basis.opening is None else basis.opening,
            reward_probability=_NOTHING if estimate is None else estimate.probability,
            reward_threshold=_NOTHING if estimate is None else estimate.threshold,
            mark="" if mark is None else mark.value,
        )
