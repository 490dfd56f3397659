"""A comparison for the terminal: who wins on each seed, then the tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from user_bringup.evaluation.comparison import Comparison
from user_bringup.report.text_table import aligned, shown

PAIR_COLUMNS = ("seed", "A", "B", "A s", "B s", "wins")


def pair_rows(comparison: Comparison) -> list[list[str]]:
    """Return one row a seed, in the order of `PAIR_COLUMNS`."""
    return [
        [str(pair.seed), pair.outcome_a, pair.outcome_b, shown(pair.time_a_s), shown(pair.time_b_s), shown(pair.winner)]
        for pair in comparison.pairs
    ]


def performer(report: Mapping[str, Any]) -> str:
    """Return who performed an evaluation, for people."""
    version = f" {report['version']} of {report['checkpoint']}" if report["version"] else ""
    rate = f"{report['successes']} of {report['episodes']}, {report['success_rate']:.1%}"
    return f"{report['policy']}{version}: {rate} (95 % {report['wilson_low']:.1%} to {report['wilson_high']:.1%})"


def sentences(comparison: Comparison) -> list[str]:
    """Return what the tests say."""
    difference, low, high = comparison.success_difference
    wins_a = sum(pair.winner == "A" for pair in comparison.pairs)
    wins_b = sum(pair.winner == "B" for pair in comparison.pairs)
    lines = [
        f"seeds won: A {wins_a}, B {wins_b}, drawn {len(comparison.pairs) - wins_a - wins_b}",
        f"success, A minus B: {difference:+.1%} (95 % {low:+.1%} to {high:+.1%}); solved by A alone "
        f"{comparison.only_a}, by B alone {comparison.only_b}, McNemar exact p = {comparison.success_p:.4g}",
    ]
    time = comparison.time_difference_s
    if time.mean is None:
        return [*lines, "time to success: no seed was solved by both"]
    interval = "" if time.low is None else f" (95 % {time.low:+.2f} to {time.high:+.2f})"
    lines.append(
        f"time to success on the {comparison.both} seeds that both solved, A minus B: {time.mean:+.2f} s{interval}; "
        f"A faster on {comparison.faster_a}, B on {comparison.faster_b}, sign test p = {comparison.time_sign_p:.4g}, "
        f"signed-rank test p = {comparison.time_rank_p:.4g}"
    )
    return lines


def comparison_text(a: Mapping[str, Any], b: Mapping[str, Any], comparison: Comparison) -> str:
    """Return all of it."""
    table = aligned([list(PAIR_COLUMNS), *pair_rows(comparison)])
    return "\n".join([f"A  {performer(a)}", f"B  {performer(b)}", "", *table, "", *sentences(comparison)])
