"""What is asked for on the command line of `evaluate`, checked before anything is made or started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from user_bringup.evaluation.evaluation_request import OPERATOR
from user_core.errors import ConfigurationError

_OWN = ("checkpoint", "policy", "episodes", "seed", "run")
_OTHERWISE = {"task": "the first word, TASK", "evaluation_episodes": "episodes:=N"}
_MAX_EPISODES = 10_000
_MAX_SEED = 2**31 - 1
_WHERE = "the command line: evaluate TASK checkpoint:=RUN|FILE episodes:=N seed:=S run:=FOLDER"


@dataclass(frozen=True, kw_only=True)
class EvaluateArguments:
    """One evaluation.

    Attributes:
        checkpoint: Run folder, checkpoint or weights file; None with `policy:=operator`.
        policy: `policy:=` as given, "" to take the checkpoint's own.
        run: Folder of the evaluation.
        passed_on: Further launch arguments by name.
    """

    task: str
    checkpoint: Path | None
    policy: str
    episodes: int
    seed: int
    run: Path
    passed_on: Mapping[str, str]

    @property
    def by_operator(self) -> bool:
        """Tell whether the person at the device performs the episodes."""
        return self.policy == OPERATOR

    @classmethod
    def of(cls, task: str, given: Mapping[str, str]) -> EvaluateArguments:
        """Check the words of a command line.

        Args:
            task: Name of the task.
            given: Values by name, as `name:=value` gave them.

        Raises:
            ConfigurationError: When one is missing or not allowed.
        """
        for name in _OTHERWISE.keys() & given.keys():
            raise _wrong(name, given[name], f"it is given as {_OTHERWISE[name]}")
        policy, checkpoint = given.get("policy", ""), given.get("checkpoint", "")
        if policy == OPERATOR and checkpoint:
            raise _wrong("checkpoint", checkpoint, f"none with policy:={OPERATOR}, who needs no weights")
        if policy != OPERATOR and not checkpoint:
            raise _wrong("checkpoint", checkpoint, f"a run folder, a checkpoint or weights, or policy:={OPERATOR}")
        performer = OPERATOR if policy == OPERATOR else "evaluation"
        run = given.get("run", "") or f"runs/{task}-{performer}-{datetime.now():%Y%m%d-%H%M%S}"
        return cls(
            task=task,
            checkpoint=Path(checkpoint) if checkpoint else None,
            policy=policy,
            episodes=_whole("episodes", given.get("episodes", "100"), 1, _MAX_EPISODES),
            seed=_whole("seed", given.get("seed", "0"), 0, _MAX_SEED),
            run=Path(run).expanduser(),
            passed_on={name: value for name, value in given.items() if name not in _OWN},
        )


def _whole(key: str, value: str, low: int, high: int) -> int:
    try:
        number = int(value)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise _wrong(key, value, f"a whole number from {low} to {high}")
    return number


def _wrong(key: str, value: object, allowed: str) -> ConfigurationError:
    return ConfigurationError(key=key, value=value, allowed=allowed, where=_WHERE)
