"""What an episode's summary counts."""

from __future__ import annotations

from collections import Counter

import numpy as np

from user_core.types import EpisodeSummary, Mode, Outcome, SafetyFlag, TaskState
from user_hardware.environment.episode import EpisodeIdentity, ExecutedStep

OPEN = "open"
"""The ground truth of an episode that ended with the task neither done nor spoilt."""


class EpisodeStatistics:
    """Counts the steps of one episode.

    Args:
        lockstep: Then there is no period to measure.
    """

    def __init__(self, *, lockstep: bool) -> None:
        self._lockstep = lockstep
        self._human_steps = 0
        self._versions: dict[str, None] = {}
        self._safety: Counter[str] = Counter()
        self._ticks_s: list[float] = []
        self._delays_s: list[float] = []
        self._stage = 0
        self._ground_truth = ""
        self.deadline_misses = 0

    def on_first_observation(self, now_s: float) -> None:
        """Note that o_0 was published, perhaps again, at monotonic `now_s`."""
        self._ticks_s = [now_s]

    def on_stage(self, stage: int) -> None:
        """Note the stage that a step has reached."""
        self._stage = max(self._stage, stage)

    def on_tick(self, now_s: float, *, task_state: TaskState | None) -> None:
        """Note that an observation was made, at monotonic `now_s`, with what was really so."""
        self._ticks_s.append(now_s)
        if task_state is not None:
            self._ground_truth = _verdict(task_state)

    def on_action(self, step: ExecutedStep, now_s: float) -> None:
        """Note an action, at monotonic `now_s`."""
        self._delays_s.append(now_s - self._ticks_s[-1])
        self._human_steps += step.source.is_person
        if step.policy_version:
            self._versions[step.policy_version] = None
        for flag in SafetyFlag:
            if flag and flag in step.safety_flags:
                self.count(str(flag.name).lower())
        self.deadline_misses += SafetyFlag.DEADLINE_MISSED in step.safety_flags

    def count(self, event: str) -> None:
        """Count a safety event by name."""
        self._safety[event] += 1

    def summary(
        self,
        *,
        identity: EpisodeIdentity,
        source: str,
        mode: Mode,
        deterministic: bool,
        length: int,
        episode_return: float,
        outcome: Outcome,
        reason: str,
        interventions: int,
    ) -> EpisodeSummary:
        """Describe the closed episode; sequence and run are filled in by whoever stores it."""
        ticks = np.asarray(self._ticks_s)
        return EpisodeSummary(
            source=source,
            source_sequence=0,
            robot=identity.robot,
            task=identity.task,
            episode=identity.episode,
            mode=mode,
            deterministic=deterministic,
            seed=identity.reset_seed,
            evaluation=identity.evaluation,
            length=length,
            episode_return=episode_return,
            outcome=outcome,
            stage=self._stage,
            ground_truth=self._ground_truth,
            reason=reason,
            interventions=interventions,
            human_steps=self._human_steps,
            policy_versions=tuple(self._versions),
            safety_events=tuple(self._safety),
            safety_counts=tuple(self._safety.values()),
            deadline_misses=self.deadline_misses,
            tick_period_s=np.zeros(0, np.float32) if self._lockstep else np.diff(ticks).astype(np.float32),
            action_delay_s=np.asarray(self._delays_s, np.float32),
            duration_s=float(ticks[-1] - ticks[0]) if ticks.size else 0.0,
        )


def _verdict(state: TaskState) -> str:
    if state.success:
        return Outcome.SUCCESS.value
    return Outcome.FAILURE.value if state.failure else OPEN
