"""The newest counters of a run, as its nodes reported them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from user_bringup.evaluation.row_file import Row, RowFile
from user_bringup.evaluation.wall_clock import WallClock


@dataclass(kw_only=True)
class RunCounters:
    """What ReplayStatus, LearnerStatus and EnvironmentStatus said last; see those messages.

    Attributes:
        wall_s: Wall seconds of the run when they were noted.
        versions_published: By all starts of the learner.
        versions_since_start: By the last of them, as its status counts.
        publish_to_use_p50_ms: None while nothing was measured.
        robot_state: For people: who controls the arm, and its prompt.
    """

    wall_s: float = 0.0
    training_steps: int = 0
    demonstration_steps: int = 0
    records: int = 0
    closed_episodes: int = 0
    duplicates_dropped: int = 0
    rejected: int = 0
    updates: int = 0
    staleness: int = 0
    versions_published: int = 0
    versions_since_start: int = 0
    required_version: str = ""
    publish_to_use_p50_ms: float | None = None
    learner_state: str = ""
    learner_detail: str = ""
    replay_error: str = ""
    robot_state: str = ""
    control_rate_hz: float = 0.0

    def without_states(self) -> RunCounters:
        """Return the counters as a restart may use them: what nodes said of themselves is no longer true."""
        return dataclasses.replace(
            self, learner_state="", learner_detail="", required_version="", replay_error="", robot_state=""
        )

    def take_replay(self, status: Any) -> None:  # noqa: ANN401 - ReplayStatus.msg
        """Take over a ReplayStatus."""
        self.training_steps = int(status.training_steps)
        self.demonstration_steps = int(status.demonstration_steps)
        self.records = int(status.next_number)
        self.closed_episodes = int(status.episodes)
        self.duplicates_dropped = int(status.duplicates_dropped)
        self.rejected = int(status.rejected)
        self.replay_error = status.error

    def take_learner(self, status: Any) -> None:  # noqa: ANN401 - LearnerStatus.msg
        """Take over a LearnerStatus."""
        self.updates = int(status.updates)
        self.staleness = int(status.staleness)
        since_start = int(status.versions_published)
        started_anew = since_start < self.versions_since_start
        self.versions_published += since_start - (0 if started_anew else self.versions_since_start)
        self.versions_since_start = since_start
        self.required_version = status.required_version
        delay_ms = float(status.publish_to_use_p50_ms)
        self.publish_to_use_p50_ms = round(delay_ms, 3) if math.isfinite(delay_ms) else None
        self.learner_state, self.learner_detail = status.state, status.detail


class SampleTable:
    """Counters every few seconds, on disk; also where a restart finds the run's wall time."""

    def __init__(self, path: Path, *, launched_at_s: float) -> None:
        self._file = RowFile(path)
        rows = self._file.rows()
        self._samples = [_counters(row) for row in rows]
        noted = WallClock(launched_at_s=rows[-1]["launched_at_s"], before_s=rows[-1]["before_s"]) if rows else None
        self.clock = WallClock.resume(noted, last_wall_s=self.last.wall_s, launched_at_s=launched_at_s)

    def add(self, counters: RunCounters) -> None:
        """Note the counters as they are now."""
        self._file.append(dataclasses.asdict(counters) | dataclasses.asdict(self.clock))
        self._samples.append(dataclasses.replace(counters))

    @property
    def last(self) -> RunCounters:
        """Return a copy of the counters noted last, all zero in a new run."""
        return dataclasses.replace(self._samples[-1]) if self._samples else RunCounters()

    @property
    def samples(self) -> Sequence[RunCounters]:
        """Return all counters noted, the newest last."""
        return self._samples


def steps_per_s(samples: Sequence[RunCounters], *, window_s: float) -> float:
    """Return training steps a second over the last `window_s` seconds of the samples; 0 without two of them."""
    if len(samples) < 2:
        return 0.0
    first = last = samples[-1]
    for sample in reversed(samples):
        if last.wall_s - sample.wall_s > window_s:
            break
        first = sample
    duration_s = last.wall_s - first.wall_s
    return (last.training_steps - first.training_steps) / duration_s if duration_s > 0 else 0.0


def _counters(row: Row) -> RunCounters:
    names = {item.name for item in dataclasses.fields(RunCounters)}
    return RunCounters(**{key: value for key, value in row.items() if key in names})
