"""Episodes of a dataset of others, as records that fit a spec.

LeRobot keeps no observation after the last action, so record T repeats the last one. Nothing reads it after a success
or a failure; after a time limit a learner bootstraps from an observation that is one step old.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from user_bringup.dataset.bag_episode import ImportedEpisode, LoggedTransition
from user_bringup.dataset.mapping import Mapping, joined
from user_bringup.dataset.reader import DatasetEpisode, DatasetReader
from user_core.errors import ConfigurationError
from user_core.spec import EnvironmentSpec
from user_core.types import (
    ActionSource,
    EpisodeSummary,
    Mode,
    Observation,
    Outcome,
    StateArray,
    StepType,
    Transition,
)
from user_hardware.cameras.resize import crop_and_resize

REWARD_SOURCE = "dataset"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Course:
    """The numbers of an episode: state (T, S), action (T, A), reward (T,), success (T,)."""

    state: StateArray
    action: StateArray
    reward: StateArray
    success: NDArray[np.bool_]
    outcome: Outcome


class ForeignDataset:
    """A dataset read through a mapping.

    Args:
        dataset: Where it lies.
        spec: What its records shall fit.
        mapping: Where the parts are.
        last_frame: How every episode ended, whatever the dataset says; None = as its success says, else a time limit.
        began_ns: Stamp of the first frame.

    Raises:
        ConfigurationError: When it has another rate, or neither says nor is told how episodes end.
    """

    def __init__(
        self,
        *,
        dataset: DatasetReader,
        spec: EnvironmentSpec,
        mapping: Mapping,
        last_frame: Outcome | None,
        began_ns: int,
    ) -> None:
        if abs(dataset.rate_hz - spec.control_rate_hz) > 1e-3:
            raise ConfigurationError(
                key="fps",
                value=dataset.rate_hz,
                allowed=f"the spec's control_rate_hz, {spec.control_rate_hz:g}: an action of another rate means "
                "another motion",
                where="the task's params file, or resample the dataset",
            )
        if last_frame is None and mapping.success is None:
            raise ConfigurationError(
                key="success",
                value="none",
                allowed=f"a feature that says it, of {', '.join(dataset.features)}, or --last-frame success|timeout",
                where="the mapping file (--mapping FILE), or the command line",
            )
        self.source = str(uuid.uuid4())
        self._dataset, self._spec, self._mapping = dataset, spec, mapping
        self._last_frame = last_frame
        self._period_ns = round(1e9 / spec.control_rate_hz)
        self._stamp_ns = began_ns
        self._sequence = 1

    def episodes(self) -> Iterator[ImportedEpisode]:
        """Yield each episode; its records must be read before the next one is asked for."""
        for episode in self._dataset.episodes:
            columns = self._dataset.columns(episode)
            course, name = self._course(columns), str(uuid.uuid4())
            instruction = self._dataset.tasks.get(int(columns["task_index"][0]), "") if "task_index" in columns else ""
            count = episode.length + 1
            summary = EpisodeSummary(
                source=self.source,
                source_sequence=self._sequence + count,
                robot=self._spec.robot,
                task=self._spec.task,
                episode=name,
                mode=Mode.COLLECT,
                deterministic=False,
                seed=-1,
                length=episode.length,
                episode_return=float(course.reward.sum()),
                outcome=course.outcome,
                human_steps=episode.length,
            )
            yield ImportedEpisode(summary=summary, records=self._records(episode, course, summary, instruction))
            self._sequence += count + 1
            self._stamp_ns += count * self._period_ns

    def _course(self, columns: dict[str, NDArray[Any]]) -> _Course:
        parts = self._mapping
        state = np.concatenate([joined(items, columns) for items in parts.state.values()], axis=1)
        success = np.zeros(len(state), np.bool_) if parts.success is None else joined(parts.success, columns)[:, 0] > 0
        outcome = self._last_frame or (Outcome.SUCCESS if success[-1] else Outcome.TIMEOUT)
        success[-1] = outcome is Outcome.SUCCESS
        reward = success.astype(np.float32) if parts.reward is None else joined(parts.reward, columns)[:, 0]
        return _Course(
            state=state, action=joined(parts.action, columns), reward=reward, success=success, outcome=outcome
        )

    def _records(
        self, episode: DatasetEpisode, course: _Course, summary: EpisodeSummary, instruction: str
    ) -> Iterator[LoggedTransition]:
        cameras = [self._dataset.images(episode, key) for key in self._mapping.images.values()]
        for step in range(episode.length + 1):
            if step < episode.length:
                images = tuple(
                    crop_and_resize(next(frames), spec)
                    for frames, spec in zip(cameras, self._spec.cameras, strict=True)
                )
            stamp_ns = self._stamp_ns + step * self._period_ns
            observation = Observation(
                stamp_ns=stamp_ns,
                source=self.source,
                spec_digest=self._spec.digest,
                episode=summary.episode,
                step=step,
                mode=Mode.COLLECT,
                deterministic=False,
                state=course.state[min(step, episode.length - 1)],
                images=images,
                instruction=instruction,
            )
            yield LoggedTransition(transition=self._record(observation, course), logged_ns=stamp_ns)

    def _record(self, observation: Observation, course: _Course) -> Transition:
        step, length = observation.step, len(course.state)
        ends = course.outcome in (Outcome.SUCCESS, Outcome.FAILURE)
        shared: dict[str, Any] = {
            "source": self.source,
            "source_sequence": self._sequence + step,
            "robot": self._spec.robot,
            "task": self._spec.task,
            "observation": observation,
            "reference_pose": self._spec.nominal_target,
            "commanded_pose": self._spec.nominal_target,
        }
        if step == length:
            return Transition(
                **shared,
                step_type=StepType.LAST,
                terminated=ends,
                truncated=course.outcome is Outcome.TIMEOUT,
                outcome=course.outcome.value,
            )
        return Transition(
            **shared,
            step_type=StepType.FIRST if step == 0 else StepType.MIDDLE,
            action_source=ActionSource.HUMAN,
            executed_action=course.action[step],
            reward=float(course.reward[step]),
            discount=0.0 if ends and step == length - 1 else 1.0,
            success=bool(course.success[step]),
            reward_source=REWARD_SOURCE,
        )
