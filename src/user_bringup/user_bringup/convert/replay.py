"""An episode once more through the environment's own code, from its steps' traces and the samples that they name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from user_bringup.convert.recorded_drivers import MissingSampleError, RecordedDrivers
from user_core.errors import InvalidRecordError
from user_core.interfaces import Reward
from user_core.spec import EnvironmentSpec
from user_core.types import Observation, Outcome, RewardEstimate, StepTrace, StepType, Transition
from user_hardware.environment.action import ActionMapping
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.environment.episode import Episode, EpisodeIdentity
from user_hardware.environment.gripper_axis import charged
from user_hardware.environment.lingering import Lingering
from user_hardware.environment.observation import ObservationBuilder
from user_hardware.environment.sensors import Snapshot
from user_hardware.environment.step import close_step, executed_step, judge

_HALF = 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class ConvertedEpisode:
    """The records of one episode.

    Attributes:
        records: In order, the last one of step type LAST; none when nothing of it could be made.
        note: What of it is lost or ends otherwise than it was recorded, for people; "" = nothing.
        changed: Fields, by name, that differ from what the environment had recorded.
    """

    records: tuple[Transition, ...]
    note: str
    changed: tuple[str, ...] = ()


class EpisodeReplay:
    """Makes the records of episodes.

    Args:
        config: Of the environment.
        spec: Its contract.
        drivers: What its adapters read.
        reward: Judge of a step.
    """

    def __init__(
        self, *, config: EnvironmentConfig, spec: EnvironmentSpec, drivers: RecordedDrivers, reward: Reward
    ) -> None:
        self._max_steps = config.task.max_episode_steps
        self._toggle_cost = config.gripper.toggle_cost if config.gripper_mode == "binary" else 0.0
        self._drivers = drivers
        self._reward = reward
        self._lingering = Lingering(ticks=config.reward.linger_ticks)
        self._mapping = ActionMapping(spec)
        self._builder = ObservationBuilder(
            spec=spec, required=drivers.sensors.observed, frame_id=config.topics.base_frame
        )

    def convert(self, traces: Sequence[StepTrace], *, opening: float, compare: bool) -> ConvertedEpisode:
        """Return the records of an episode.

        Args:
            traces: Of its steps, in order.
            opening: Of the gripper, [0, 1], as it stood commanded before the first step.
            compare: Look for differences to the records that the traces carry.
        """
        first = traces[0].record
        if first.observation.step != 0:
            return ConvertedEpisode(records=(), note=f"the recording began at its step {first.observation.step}")
        run = _Run(identity=_identity(first), opening=opening)
        self._reward.reset()
        self._lingering.open(mode=first.observation.mode)
        note = ""
        for position, trace in enumerate(traces):
            try:
                if trace.record.observation.step != position:
                    raise MissingSampleError(f"step {position} was not recorded")
                observation, snapshot = self._observe(trace)
            except (MissingSampleError, InvalidRecordError) as error:
                note = f"lost from step {position} on: {error}"
                run.break_off()
                break
            self._close(run, trace, observation, snapshot)
            if run.episode.ended:
                later = len(traces) - 1 - position
                note = f"ends at step {position}, {later} steps earlier than recorded" if later else ""
                break
            if not self._act(run, trace, snapshot):
                note = f"lost from step {position} on: the target sent there is not in the bag"
                run.break_off()
                break
        else:
            run.break_off()
            note = "its end was not recorded"
        records = tuple(_numbered(record, traces[record.observation.step]) for record in run.records)
        changed = _changed(records, traces) if compare else ()
        return ConvertedEpisode(records=records, note=note, changed=changed)

    def _observe(self, trace: StepTrace) -> tuple[Observation, Snapshot]:
        recorded = trace.record.observation
        snapshot = self._drivers.snapshot(trace.streams)
        missing = [name for name in self._drivers.sensors.observed if name not in snapshot.samples]
        if missing:
            reasons = "; ".join(snapshot.rejected.values()) or "the environment had not heard it"
            raise MissingSampleError(f"there is no sample of {', '.join(missing)}: {reasons}")
        self._builder.wrench_bias = np.asarray(trace.wrench_bias)
        observation = self._builder.build(
            snapshot,
            stamp_ns=recorded.stamp_ns,
            source=recorded.source,
            episode=recorded.episode,
            step=recorded.step,
            mode=recorded.mode,
            deterministic=recorded.deterministic,
            policy_version=recorded.policy_version,
            planned_steps=recorded.planned_steps,
            delay_steps=recorded.delay_steps,
        )
        return observation, snapshot

    def _close(self, run: _Run, trace: StepTrace, observation: Observation, snapshot: Snapshot) -> None:
        """Close the step before; the last one recorded ends the episode whatever the reward says."""
        tool = snapshot.samples["current_pose"].value
        if run.before is None:
            run.episode.first(observation, tool)
            return
        mark = Outcome(run.before.mark) if run.before.mark else None
        signal = judge(self._reward, observation, snapshot, estimate=_estimate(run.before), mark=mark)
        signal, outcome = self._lingering.conclude(signal)
        signal = charged(signal, cost=self._toggle_cost if run.toggled else 0.0)
        if outcome is None and observation.step >= self._max_steps:
            outcome = Outcome.TIMEOUT
        last = trace.record.step_type is StepType.LAST
        if outcome is None and last and not _broke_off(run.before.record, trace.record):
            outcome = Outcome.TIMEOUT  # the recording ends, not what could have been gained
        run.records += close_step(run.episode, observation, tool, signal, outcome=outcome)
        if outcome is None and last:
            run.break_off(outcome=Outcome(trace.record.outcome), trace=trace)

    def _act(self, run: _Run, trace: StepTrace, snapshot: Snapshot) -> bool:
        """Note what was done on an observation; tell whether it is known."""
        record, stamp_ns = trace.record, trace.target_stamp_ns
        try:
            commanded = self._drivers.target(stamp_ns) if stamp_ns else record.commanded_pose
        except MissingSampleError:
            return False
        tool = snapshot.samples["current_pose"].value
        before = self._drivers.target_before(stamp_ns) if stamp_ns else record.reference_pose
        reference = self._mapping.reference(measured=tool, commanded=tool if before is None else before)
        step = executed_step(
            self._mapping,
            source=record.action_source,
            reference=reference,
            commanded=commanded,
            opening=None if np.isnan(trace.gripper_command) else trace.gripper_command,
            policy_action=record.policy_action,
            policy_version=record.policy_version,
            safety_flags=record.safety_flags,
        )
        run.episode.act(step)
        run.note(trace)
        return True


class _Run:
    """An episode on its way."""

    def __init__(self, *, identity: EpisodeIdentity, opening: float) -> None:
        self.episode = Episode(identity=identity)
        self.records: tuple[Transition, ...] = ()
        self.before: StepTrace | None = None
        self.toggled = False
        self._opening = opening

    def note(self, trace: StepTrace) -> None:
        """Note the step that was acted on; a binary gripper that it commands otherwise than before has toggled."""
        self.toggled = abs(trace.gripper_command - self._opening) > _HALF
        self._opening = trace.gripper_command
        self.before = trace

    def break_off(self, *, outcome: Outcome = Outcome.INCOMPLETE, trace: StepTrace | None = None) -> None:
        """End where the last observation is, as the environment does when an episode breaks off."""
        flags = {} if trace is None else {"safety_flags": trace.record.safety_flags}
        ending = self.episode.incomplete(outcome=outcome, **flags)
        if trace is not None:
            pose = trace.record.reference_pose
            ending = tuple(replace(record, reference_pose=pose, commanded_pose=pose) for record in ending)
        self.records += ending


def _identity(record: Transition) -> EpisodeIdentity:
    return EpisodeIdentity(
        robot=record.robot,
        task=record.task,
        episode=record.observation.episode,
        reset_seed=record.reset_seed,
        evaluation=record.evaluation,
    )


def _broke_off(before: Transition, last: Transition) -> bool:
    """Tell whether an episode ended by what happened and not by a verdict: a verdict sets the discount to 0."""
    return last.outcome == Outcome.INCOMPLETE or (last.outcome == Outcome.FAILURE and before.discount != 0)


def _estimate(trace: StepTrace) -> RewardEstimate | None:
    """Return what reward_node had said of the observation that a step led to."""
    if np.isnan(trace.reward_probability):
        return None
    observation = trace.record.observation
    return RewardEstimate(
        source=observation.source,
        episode=observation.episode,
        step=observation.step + 1,
        probability=trace.reward_probability,
        threshold=trace.reward_threshold,
    )


def _numbered(record: Transition, trace: StepTrace) -> Transition:
    return replace(
        record,
        run=trace.record.run,
        source_sequence=trace.record.source_sequence,
        awaits_verdict=trace.record.awaits_verdict,
    )


def _changed(records: Sequence[Transition], traces: Sequence[StepTrace]) -> tuple[str, ...]:
    """Return the names of fields in which any record differs from the one that was recorded."""
    fields: dict[str, Callable[[Transition], object]] = {
        "executed_action": lambda record: record.executed_action.tolist(),
        "reference_pose": lambda record: record.reference_pose.as_array().tolist(),
        "commanded_pose": lambda record: record.commanded_pose.as_array().tolist(),
        "reward": lambda record: np.float32(record.reward),
        "discount": lambda record: record.discount,
        "success": lambda record: record.success,
        "stage": lambda record: record.stage,
        "reward_source": lambda record: record.reward_source,
        "step_type": lambda record: record.step_type,
        "outcome": lambda record: record.outcome,
    }
    pairs = [(record, traces[record.observation.step].record) for record in records]
    changed = [name for name, value in fields.items() if any(value(made) != value(told) for made, told in pairs)]
    if len(records) != len(traces):
        changed.append("number of steps")
    return tuple(changed)
