"""Which evaluations were begun and closed, on disk, so that a restart goes on where it was."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from user_bringup.evaluation.row_file import RowFile
from user_bringup.evaluation.wilson import SuccessRate


class EvaluationKind(StrEnum):
    """What a list of seeds is run for."""

    PERIODIC = "periodic"
    FINAL = "final"
    IMITATION = "imitation"
    REQUESTED = "requested"
    OPERATOR = "operator"
    COLLECTION = "collection"

    @property
    def by_operator(self) -> bool:
        """Tell whether a person performs the episodes, which robots know as mode collect."""
        return self in (EvaluationKind.OPERATOR, EvaluationKind.COLLECTION)


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Episodes to be run with given seeds; a collection of demonstrations is one too.

    Attributes:
        evaluation: UUID of the RunEpisodes goals.
        seeds: One episode each.
        policy_version: Version or name asked for; "" pins the one that is newest when the evaluation begins.
        training_steps: Training steps in the log at its begin.
        updates: Updates of the learner at its begin.
        begun_wall_s: Wall seconds of the run at its begin.
    """

    evaluation: str
    kind: EvaluationKind
    seeds: tuple[int, ...]
    policy_version: str
    training_steps: int
    updates: int
    begun_wall_s: float


@dataclass(frozen=True, kw_only=True)
class ClosedEvaluation:
    """An evaluation with its result.

    Attributes:
        version: Policy version that acted; "" when none did.
        attempts: Episodes run, incomplete ones included.
        abandoned: Why it was given up; "" when every seed was decided.
    """

    begun: Evaluation
    episodes: int
    successes: int
    version: str
    attempts: int
    closed_wall_s: float
    abandoned: str

    @property
    def sentence(self) -> str:
        """Return the result for people."""
        rate = SuccessRate(episodes=self.episodes, successes=self.successes)
        low, high = rate.wilson()
        place = f"{self.begun.kind.value} at {self.begun.training_steps} steps"
        if self.abandoned:
            return f"{place}: given up, {self.abandoned}"
        interval = f"{rate.rate:.0%}, 95 % {low:.0%} to {high:.0%}"
        version = f", version {self.version}" if self.version else ""
        return f"{place}: {self.successes}/{self.episodes} ({interval}){version}"


class EvaluationTable:
    """Evaluations in the order begun; at most the last one is open."""

    def __init__(self, path: Path) -> None:
        self._file = RowFile(path)
        self._begun: list[Evaluation] = []
        self._closed: dict[str, ClosedEvaluation] = {}
        self._finished_after = 0
        for row in self._file.rows():
            event = row.pop("event")
            if event == "begun":
                evaluation = row | {"kind": EvaluationKind(row["kind"]), "seeds": tuple(row["seeds"])}
                self._begun.append(Evaluation(**evaluation))
            elif event == "closed":
                name = row.pop("evaluation")
                begun = next(item for item in self._begun if item.evaluation == name)
                self._closed[begun.evaluation] = ClosedEvaluation(begun=begun, **row)
            else:
                self._finished_after = len(self._begun)

    @property
    def open(self) -> Evaluation | None:
        """Return the evaluation in progress."""
        last = self._begun[-1] if self._begun else None
        return last if last is not None and last.evaluation not in self._closed else None

    def closed(self, kind: EvaluationKind) -> tuple[ClosedEvaluation, ...]:
        """Return the closed evaluations of a kind, over all launches of the run."""
        return tuple(item for item in self._closed.values() if item.begun.kind is kind)

    def closed_since_finish(self, kind: EvaluationKind) -> tuple[ClosedEvaluation, ...]:
        """Return those begun since the run was finished last: a finished run that is launched again goes on."""
        recent = {item.evaluation for item in self._begun[self._finished_after :]}
        return tuple(item for item in self.closed(kind) if item.begun.evaluation in recent)

    def seeds_used(self, kind: EvaluationKind) -> int:
        """Return how many seeds the evaluations of a kind have taken."""
        return sum(len(item.seeds) for item in self._begun if item.kind is kind)

    def begin(self, evaluation: Evaluation) -> None:
        """Note an evaluation before its first goal is sent."""
        self._file.append({"event": "begun"} | dataclasses.asdict(evaluation))
        self._begun.append(evaluation)

    def close(self, closed: ClosedEvaluation) -> None:
        """Note the result of the open evaluation."""
        row = {item.name: getattr(closed, item.name) for item in dataclasses.fields(closed) if item.name != "begun"}
        self._file.append({"event": "closed", "evaluation": closed.begun.evaluation} | row)
        self._closed[closed.begun.evaluation] = closed

    def finish(self) -> None:
        """Note that the run has reached its end and its report is written."""
        self._file.append({"event": "finished"})
        self._finished_after = len(self._begun)
