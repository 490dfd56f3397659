"""Every closed episode that the progress node heard of, on disk, each once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from user_bringup.evaluation.row_file import Row, RowFile
from user_bringup.evaluation.wilson import SuccessRate
from user_core.types import EpisodeSummary, Mode, Outcome

MAX_ATTEMPTS = 4
"""An incomplete evaluation episode is run anew with its seed at most 3 times; then its seed is a failure."""


@dataclass(frozen=True, kw_only=True)
class EpisodeRow:
    """One closed episode as the report needs it; names and units as in EpisodeSummary.msg.

    Attributes:
        wall_s: Wall seconds of the run when the summary came in.
        training_steps: Training steps in the log at that moment.
        tick_period_s: (T,) seconds between ticks, rounded to microseconds; empty in lockstep.
        action_delay_s: Seconds from observation to command, rounded likewise.
        stage: Highest stage reached, 0 where the task has none or an earlier release wrote the table.
        task: Name of the task; "" where an earlier release wrote the table.
        ground_truth: success, failure or open, as the task itself knows it; "" where nobody knows.
    """

    episode: str
    robot: str
    source: str
    mode: str
    deterministic: bool
    seed: int
    evaluation: str
    length: int
    episode_return: float
    outcome: str
    reason: str
    interventions: int
    human_steps: int
    policy_versions: tuple[str, ...]
    safety: dict[str, int]
    deadline_misses: int
    tick_period_s: tuple[float, ...]
    action_delay_s: tuple[float, ...]
    duration_s: float
    wall_s: float
    training_steps: int
    stage: int = 0
    ground_truth: str = ""
    task: str = ""

    @property
    def succeeded(self) -> bool:
        """Tell whether it ended in success."""
        return self.outcome == Outcome.SUCCESS

    @property
    def contradicted(self) -> bool:
        """Tell whether the reward and the ground truth disagree on success; False where there is no ground truth."""
        judged = bool(self.ground_truth) and self.outcome != Outcome.INCOMPLETE
        return judged and self.succeeded != (self.ground_truth == Outcome.SUCCESS)

    @classmethod
    def from_summary(cls, summary: EpisodeSummary, *, wall_s: float, training_steps: int) -> EpisodeRow:
        """Take over what a summary says."""
        names = [item.name for item in dataclasses.fields(cls)]
        same = {name: getattr(summary, name) for name in names if hasattr(summary, name)}
        return cls(
            **same
            | {
                "mode": summary.mode.value,
                "outcome": summary.outcome.value,
                "episode_return": float(summary.episode_return),
                "safety": dict(zip(summary.safety_events, (int(n) for n in summary.safety_counts), strict=True)),
                "tick_period_s": tuple(round(float(value), 6) for value in summary.tick_period_s),
                "action_delay_s": tuple(round(float(value), 6) for value in summary.action_delay_s),
                "duration_s": round(float(summary.duration_s), 6),
                "wall_s": round(wall_s, 3),
                "training_steps": training_steps,
            }
        )

    @classmethod
    def never_begun(
        cls, *, episode: str, robot: str, evaluation: str, seed: int, reason: str, wall_s: float, training_steps: int
    ) -> EpisodeRow:
        """Describe an attempt of an evaluation that left no record: nothing answered, or the reset failed."""
        summary = EpisodeSummary(
            source="",
            source_sequence=0,
            robot=robot,
            task="",
            episode=episode,
            mode=Mode.EVALUATE,
            deterministic=True,
            seed=seed,
            evaluation=evaluation,
            length=0,
            episode_return=0.0,
            outcome=Outcome.INCOMPLETE,
            reason=reason,
        )
        return cls.from_summary(summary, wall_s=wall_s, training_steps=training_steps)

    @classmethod
    def from_row(cls, row: Row) -> EpisodeRow:
        """Read a line of the table."""
        values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
        return cls(**values)


class EpisodeTable:
    """The episodes of a run in the order heard, kept in a file; an episode heard again is not entered again."""

    def __init__(self, path: Path) -> None:
        self._file = RowFile(path)
        self._rows = [EpisodeRow.from_row(row) for row in self._file.rows()]
        self._known = {row.episode for row in self._rows}
        self._of_evaluation: dict[str, list[EpisodeRow]] = {}
        for row in self._rows:
            self._index(row)

    def add(self, row: EpisodeRow) -> bool:
        """Enter an episode; return False when it stands in the table already."""
        if row.episode in self._known:
            return False
        self._file.append(dataclasses.asdict(row))
        self._known.add(row.episode)
        self._rows.append(row)
        self._index(row)
        return True

    @property
    def episodes(self) -> tuple[EpisodeRow, ...]:
        """Return all episodes."""
        return tuple(self._rows)

    def of_mode(self, mode: Mode) -> tuple[EpisodeRow, ...]:
        """Return the episodes of one mode."""
        return tuple(row for row in self._rows if row.mode == mode.value)

    def of_evaluation(self, evaluation: str) -> tuple[EpisodeRow, ...]:
        """Return all episodes of an evaluation, incomplete ones too."""
        return tuple(self._of_evaluation.get(evaluation, ()))

    def results(self, evaluation: str, seeds: Iterable[int]) -> dict[int, bool]:
        """Return success by seed for the seeds that are decided."""
        return {seed: row.succeeded for seed, row in self.decisions(evaluation, seeds).items()}

    def decisions(self, evaluation: str, seeds: Iterable[int]) -> dict[int, EpisodeRow]:
        """Return the episode that decided each seed, for the seeds that are decided.

        The first episode that counts decides a seed. Incomplete ones do not count, until there are `MAX_ATTEMPTS`;
        one that was evaluated with another version than the first does not count either.
        """
        wanted = set(seeds)
        pinned = {self.pinned_version(evaluation)}
        decided: dict[int, EpisodeRow] = {}
        attempts: dict[int, int] = {}
        for row in self.of_evaluation(evaluation):
            if row.seed not in wanted or row.seed in decided:
                continue
            if row.mode == Mode.EVALUATE and row.policy_versions and set(row.policy_versions) != pinned:
                continue
            attempts[row.seed] = attempts.get(row.seed, 0) + 1
            if row.outcome != Outcome.INCOMPLETE or attempts[row.seed] >= MAX_ATTEMPTS:
                decided[row.seed] = row
        return decided

    def rate(self, evaluation: str, seeds: Iterable[int]) -> SuccessRate:
        """Return the success rate over the decided seeds."""
        results = self.results(evaluation, seeds)
        return SuccessRate(episodes=len(results), successes=sum(results.values()))

    def pinned_version(self, evaluation: str) -> str:
        """Return the policy version that acted first in an evaluation; "" while none has."""
        return next((row.policy_versions[0] for row in self.of_evaluation(evaluation) if row.policy_versions), "")

    def _index(self, row: EpisodeRow) -> None:
        if row.evaluation:
            self._of_evaluation.setdefault(row.evaluation, []).append(row)
