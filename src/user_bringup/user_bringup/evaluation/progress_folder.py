"""Where the progress node keeps its tables in the run folder, and the facts of a run that never change."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

from user_bringup.evaluation.config import ProgressConfig
from user_core.errors import LogError
from user_core.run import write_atomically


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """What a run is, for its report.

    Attributes:
        setup_s: Seconds of setting up the machine before the first launch.
        privileged_inputs: State groups that the policy reads and a real robot would not have.
        stop_at_success_rate: Rate that ends the run, above 1 for none.
        exit_status: How it ended; None while it runs or when it was interrupted.
        verdict: The same in words.
    """

    task: str
    algorithm: str
    policy: str
    privileged_inputs: tuple[str, ...]
    seed: int
    purpose: str
    setup_s: float
    stop_at_success_rate: float
    exit_status: int | None = None
    verdict: str = ""

    @classmethod
    def of(cls, config: ProgressConfig) -> RunFacts:
        """Take over what the parameters say."""
        by_operator = config.purpose == "evaluate_operator"
        privileged = config.privileged_inputs.split(",")
        return cls(
            task=config.task,
            algorithm="" if by_operator else config.algorithm,
            policy="operator" if by_operator else config.policy,
            privileged_inputs=() if by_operator else tuple(name.strip() for name in privileged if name.strip()),
            seed=config.seed,
            purpose=config.purpose,
            setup_s=config.setup_s,
            stop_at_success_rate=config.stop.at_success_rate,
        )


@dataclass(frozen=True, kw_only=True)
class ProgressFolder:
    """Paths of the progress node's files.

    Attributes:
        run: The run folder.
    """

    run: Path

    @property
    def episodes(self) -> Path:
        """Return the table of closed episodes."""
        return self.run / "progress" / "episodes.jsonl"

    @property
    def evaluations(self) -> Path:
        """Return the table of evaluations begun and closed."""
        return self.run / "progress" / "evaluations.jsonl"

    @property
    def samples(self) -> Path:
        """Return the table of counters over time."""
        return self.run / "progress" / "samples.jsonl"

    def write_facts(self, facts: RunFacts) -> None:
        """Keep the facts; the set-up time of an earlier launch stays, since only the first one sets up."""
        earlier = self.read_facts()
        if earlier is not None:
            facts = dataclasses.replace(facts, setup_s=max(facts.setup_s, earlier.setup_s))
        content = json.dumps(dataclasses.asdict(facts), indent=2) + "\n"
        try:
            write_atomically(self._facts, content.encode())
        except OSError as error:
            raise LogError(f"{self._facts} cannot be written ({error}); free space or change run:=") from error

    def read_facts(self) -> RunFacts | None:
        """Return the facts, None in a folder without any; raises LogError when the file is damaged."""
        if not self._facts.exists():
            return None
        try:
            row = json.loads(self._facts.read_text())
            return RunFacts(**row | {"privileged_inputs": tuple(row["privileged_inputs"])})
        except (ValueError, TypeError, KeyError) as error:
            raise LogError(f"{self._facts} is damaged ({error}); remove it, the next launch writes it anew") from error

    @property
    def _facts(self) -> Path:
        return self.run / "progress" / "run.json"
