"""Whether each episode has all its steps, in order, and an end."""

from __future__ import annotations

from dataclasses import dataclass

from user_bringup.bag.findings import Findings
from user_core.types import EpisodeSummary, StepType, Transition

SUCCESSORS = "records without successor"
STEPS = "duplicate steps"
ENDS = "episodes without end"
AFTER_END = "records after the end"
LABELS = "labels of unknown episodes"
SUMMARIES = "summaries that disagree"


@dataclass(kw_only=True)
class _Episode:
    source: str
    steps: set[int]
    last: int = -1


class EpisodeCheck:
    """Takes every transition, summary and label.

    Args:
        findings: Where results go.
    """

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._episodes: dict[str, _Episode] = {}
        self._newest: dict[str, str] = {}

    def take_transition(self, transition: Transition, where: str) -> None:
        """Look at the next step."""
        name, step = transition.observation.episode, transition.observation.step
        episode = self._episodes.setdefault(name, _Episode(source=transition.source, steps=set()))
        self._newest[transition.source] = name
        if step in episode.steps:
            self._findings.add(STEPS, f"{where} again")
        elif 0 <= episode.last < step:
            self._findings.add(AFTER_END, f"{where}: the episode ended at step {episode.last}")
        episode.steps.add(step)
        if transition.step_type is StepType.LAST:
            episode.last = step

    def take_summary(self, summary: EpisodeSummary, where: str) -> None:
        """Compare a summary with the steps before it."""
        episode = self._episodes.get(summary.episode)
        found = -1 if episode is None else episode.last
        if found != summary.length:
            there = f"ends at step {found}" if found >= 0 else "has no end in the log"
            self._findings.add(SUMMARIES, f"{where}: length {summary.length}, the episode {there}")

    def take_label(self, episode: str, where: str) -> None:
        """Look whether a label's episode is there."""
        if episode not in self._episodes:
            self._findings.add(LABELS, f"{where}: {episode}")

    def finish(self) -> None:
        """Look for missing steps and ends once all records were taken."""
        interrupted = 0
        for name, episode in self._episodes.items():
            orphans = [step for step in sorted(episode.steps) if step + 1 not in episode.steps and step != episode.last]
            is_open = episode.last < 0
            if is_open:
                orphans.pop()  # the newest step of an open episode is waiting for its successor
            if 0 not in episode.steps:
                self._findings.add(SUCCESSORS, f"episode {name} begins at step {min(episode.steps)}")
            for step in orphans:
                self._findings.add(SUCCESSORS, f"episode {name}, step {step}")
            if is_open and self._newest[episode.source] == name:
                interrupted += 1
            elif is_open:
                self._findings.add(ENDS, f"episode {name}, after step {max(episode.steps)}")
        if interrupted:
            self._findings.note(ENDS, f"{interrupted} in which their environment ended, or still is: incomplete")
