"""Episodes on their way out of a bag or into one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from user_core.log.label import EpisodeLabel
from user_core.types import EpisodeSummary, Mode, Outcome, Transition


@dataclass(frozen=True, kw_only=True)
class EpisodeChoice:
    """Which closed episodes are wanted; None = any."""

    successes_only: bool = False
    mode: Mode | None = None
    task: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class LoggedTransition:
    """A transition, and the wall time at which the log took it."""

    transition: Transition
    logged_ns: int


@dataclass(frozen=True, kw_only=True, eq=False)
class ImportedEpisode:
    """An episode to be written into a bag.

    Attributes:
        labels: In order, after the records.
        records: 0 .. T, made one by one as they are asked for.
    """

    summary: EpisodeSummary | None
    labels: tuple[EpisodeLabel, ...] = ()
    records: Iterator[LoggedTransition]


@dataclass(kw_only=True, eq=False)
class BagEpisode:
    """An episode and where its records are.

    Attributes:
        places: (record number, wall time in the log) by step.
        end: Record T, None while it was not found.
        labels: In the order of the log; the last one wins.
    """

    episode: str
    digest: str
    source: str
    places: dict[int, tuple[int, int]] = field(default_factory=dict)
    end: Transition | None = None
    labels: list[EpisodeLabel] = field(default_factory=list)
    summary: EpisodeSummary | None = None

    @property
    def length(self) -> int:
        """Return T, the number of actions."""
        return len(self.places) - 1

    @property
    def succeeded(self) -> bool:
        """Tell whether it counts as a success, after the last label."""
        if self.labels and self.labels[-1].label != "reward":
            return self.labels[-1].label == "success"
        return self.end is not None and self.end.outcome == Outcome.SUCCESS

    def objection(self, choice: EpisodeChoice) -> str:
        """Return why the episode is left out, or ""."""
        if self.end is None:
            return "not closed"
        if set(self.places) != set(range(self.end.observation.step + 1)):
            return "with missing steps"
        if self.length == 0:
            return "without an action"
        if self.end.awaits_verdict and not self.labels:
            return "awaiting a verdict"
        if choice.task not in (None, self.end.task):
            return f"of task {self.end.task}"
        if choice.mode not in (None, self.end.observation.mode):
            return f"of mode {self.end.observation.mode}"
        return "not successful" if choice.successes_only and not self.succeeded else ""
