"""Two evaluations on the same seeds, compared seed by seed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from user_bringup.evaluation.evaluation_request import LEFT_OUT
from user_bringup.evaluation.mean_interval import MeanInterval
from user_bringup.evaluation.paired_tests import paired_difference, sign_test, signed_rank_test
from user_core.errors import ConfigurationError

_WHERE = "the command line: evaluate --compare A B"
_SHOWN_SEEDS = _SHOWN_SETTINGS = 8

Winner = Literal["A", "B", ""]


@dataclass(frozen=True, kw_only=True)
class SeedPair:
    """One seed performed by both; times are robot time, None without success.

    Attributes:
        winner: Who alone solved it, or solved it in less time; "" for a draw.
    """

    seed: int
    outcome_a: str
    outcome_b: str
    success_a: bool
    success_b: bool
    time_a_s: float | None
    time_b_s: float | None
    winner: Winner

    @classmethod
    def of(cls, a: Mapping[str, Any], b: Mapping[str, Any]) -> SeedPair:
        """Compare two rows of `evaluation_report`."""
        winner: Winner = ""
        if a["success"] != b["success"]:
            winner = "A" if a["success"] else "B"
        elif a["success"] and a["time_to_success_s"] != b["time_to_success_s"]:
            winner = "A" if a["time_to_success_s"] < b["time_to_success_s"] else "B"
        return cls(
            seed=a["seed"],
            outcome_a=a["outcome"],
            outcome_b=b["outcome"],
            success_a=a["success"],
            success_b=b["success"],
            time_a_s=a["time_to_success_s"],
            time_b_s=b["time_to_success_s"],
            winner=winner,
        )


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What can be said of A against B.

    Attributes:
        only_a: Seeds that only A solved.
        only_b: Seeds that only B solved.
        success_difference: Rate of A minus rate of B, with its 95 % interval behind.
        success_p: McNemar's exact test.
        both: Seeds that both solved and whose times are known; the following are about these.
        time_difference_s: Mean of A's time minus B's, with Student's interval.
        faster_a: Seeds on which A was the faster one.
        time_sign_p: Exact sign test on who was faster.
        time_rank_p: Exact signed-rank test on the differences.
    """

    pairs: tuple[SeedPair, ...]
    only_a: int
    only_b: int
    success_difference: tuple[float, float, float]
    success_p: float
    both: int
    time_difference_s: MeanInterval
    faster_a: int
    faster_b: int
    time_sign_p: float
    time_rank_p: float

    def figures(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return dataclasses.asdict(self)


def compare(a: Mapping[str, Any], b: Mapping[str, Any]) -> Comparison:
    """Compare two results of `evaluation_report`.

    Raises:
        ConfigurationError: When they are of different tasks or environments, or not of the same seeds.
    """
    if a["task"] != b["task"]:
        raise _wrong(f"{a['task']} and {b['task']}", "two evaluations of the same task")
    differing = _differing_settings(a, b)
    if differing:
        allowed = "two evaluations in the same environment: give both the same robot:=, reward:= and so on"
        raise _wrong("; ".join(differing[:_SHOWN_SETTINGS]), allowed)
    of_a, of_b = ({row["seed"]: row for row in report["rows"]} for report in (a, b))
    if of_a.keys() != of_b.keys() or not of_a:
        raise _wrong(_differing_seeds(set(of_a), set(of_b)), "two evaluations of the same seeds: give both one seed:=")
    pairs = tuple(SeedPair.of(row, of_b[seed]) for seed, row in of_a.items())
    only_a = sum(pair.success_a and not pair.success_b for pair in pairs)
    only_b = sum(pair.success_b and not pair.success_a for pair in pairs)
    timed = [(p.time_a_s, p.time_b_s) for p in pairs if p.time_a_s is not None and p.time_b_s is not None]
    differences_s = [round(time_a_s - time_b_s, 9) for time_a_s, time_b_s in timed]
    faster_a, faster_b = sum(value < 0 for value in differences_s), sum(value > 0 for value in differences_s)
    return Comparison(
        pairs=pairs,
        only_a=only_a,
        only_b=only_b,
        success_difference=paired_difference(only_a, only_b, len(pairs)),
        success_p=sign_test(only_a, only_b),
        both=len(timed),
        time_difference_s=MeanInterval.of(differences_s),
        faster_a=faster_a,
        faster_b=faster_b,
        time_sign_p=sign_test(faster_a, faster_b),
        time_rank_p=signed_rank_test(differences_s),
    )


def _differing_settings(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    """Return what differs besides who performed, as `name: of A and of B`.

    Where the nodes' parameters are known these count, whatever arguments led to them; they do not say what is in a
    classifier's file.
    """
    environments, given = ([report.get(key) or {} for report in (a, b)] for key in ("environment", "passed_on"))
    known = all(environments)
    names = set.intersection(*map(set, environments)) if known else set()
    pairs = [(name, *(environment[name] for environment in environments)) for name in sorted(names)]
    asked = ("reward_model",) if known else sorted(set().union(*given) - {"operator"})
    pairs += [(name, *(arguments.get(name, LEFT_OUT) for arguments in given)) for name in asked]
    return [f"{name}: {of_a!r} and {of_b!r}" for name, of_a, of_b in pairs if of_a != of_b]


def _differing_seeds(a: set[int], b: set[int]) -> str:
    parts = []
    for name, seeds in (("A", a - b), ("B", b - a)):
        if seeds:
            listed = ", ".join(str(seed) for seed in sorted(seeds)[:_SHOWN_SEEDS])
            more = f" and {len(seeds) - _SHOWN_SEEDS} more" if len(seeds) > _SHOWN_SEEDS else ""
            parts.append(f"only {name} has {listed}{more}")
    return "; ".join(parts) or "no seed at all"


def _wrong(value: str, allowed: str) -> ConfigurationError:
    return ConfigurationError(key="--compare", value=value, allowed=allowed, where=_WHERE)
