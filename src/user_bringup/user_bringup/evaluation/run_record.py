"""What is known of a run: its facts and tables. A restart goes on from it, and the report is made from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from user_bringup.evaluation.episode_table import EpisodeTable
from user_bringup.evaluation.evaluation_table import ClosedEvaluation, EvaluationKind, EvaluationTable
from user_bringup.evaluation.progress_folder import ProgressFolder, RunFacts
from user_bringup.evaluation.run_counters import RunCounters, SampleTable
from user_core.errors import LogError
from user_core.types import Mode


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """The facts and tables of a run.

    Attributes:
        folder: Where they lie.
        sample_table: Counters over time, and the run's wall clock.
    """

    folder: ProgressFolder
    facts: RunFacts
    episodes: EpisodeTable
    evaluations: EvaluationTable
    sample_table: SampleTable

    @classmethod
    def begin(cls, run: Path, *, facts: RunFacts, launched_at_s: float) -> RunRecord:
        """Begin or go on with a run.

        Args:
            run: The run folder.
            facts: What this launch says of the run.
            launched_at_s: Monotonic time of this launch.

        Raises:
            LogError: When a table is damaged or the folder cannot be written.
        """
        folder = ProgressFolder(run=run)
        if facts.purpose != "evaluate" or folder.read_facts() is None:
            folder.write_facts(facts)
        return cls._open(folder, launched_at_s)

    @classmethod
    def load(cls, run: Path) -> RunRecord:
        """Read a run folder without changing it; raises LogError when it is none."""
        return cls._open(ProgressFolder(run=run), 0.0)

    def ended(self, *, purpose: str, exit_status: int, verdict: str) -> RunRecord:
        """Note how the run ended; return the record with it. Evaluating a run does not change how it had ended."""
        if purpose != self.facts.purpose:
            return self
        facts = dataclasses.replace(self.facts, exit_status=exit_status, verdict=verdict)
        self.folder.write_facts(facts)
        return dataclasses.replace(self, facts=facts)

    @property
    def samples(self) -> Sequence[RunCounters]:
        """Return the counters over time, the newest last."""
        return self.sample_table.samples

    @property
    def counters(self) -> RunCounters:
        """Return the counters noted last, all zero in a run that has not begun."""
        return self.sample_table.last

    @property
    def final(self) -> ClosedEvaluation | None:
        """Return the newest final evaluation that was not given up."""
        return self._newest(EvaluationKind.FINAL)

    @property
    def imitation(self) -> ClosedEvaluation | None:
        """Return imitation alone on the seeds of the final evaluation."""
        newest, final = self._newest(EvaluationKind.IMITATION), self.final
        same = newest is not None and final is not None and newest.begun.seeds == final.begun.seeds
        return newest if same else None

    @property
    def first_and_last_episode(self) -> tuple[str, str]:
        """Return the episodes for the film strips: the first of practice, the last of the final evaluation.

        Without a final evaluation it is the last episode of all; "" where there is none.
        """
        practice = [row for row in self.episodes.of_mode(Mode.TRAIN) if row.length] or list(self.episodes.episodes)
        final = self.final
        last = list(self.episodes.of_evaluation(final.begun.evaluation)) if final else list(self.episodes.episodes)
        return (practice[0].episode if practice else "", last[-1].episode if last else "")

    @classmethod
    def _open(cls, folder: ProgressFolder, launched_at_s: float) -> RunRecord:
        facts = folder.read_facts()
        if facts is None:
            raise LogError(
                f"{folder.run} is no run folder: it has no progress/run.json; allowed is what a launch was given as "
                "run:=FOLDER"
            )
        return cls(
            folder=folder,
            facts=facts,
            episodes=EpisodeTable(folder.episodes),
            evaluations=EvaluationTable(folder.evaluations),
            sample_table=SampleTable(folder.samples, launched_at_s=launched_at_s),
        )

    def _newest(self, kind: EvaluationKind) -> ClosedEvaluation | None:
        return next((item for item in reversed(self.evaluations.closed(kind)) if not item.abandoned), None)
