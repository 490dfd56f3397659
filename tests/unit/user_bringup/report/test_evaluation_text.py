from __future__ import annotations

import dataclasses
from typing import Any

from tests.support.run_tables import episode_row
from user_bringup.evaluation.evaluation_result import SeedResult, summarise_results
from user_bringup.report.evaluation_text import evaluation_text
from user_core.types import Mode, Outcome


def report(*, by_operator: bool = False) -> dict[str, Any]:
    rows = [
        episode_row(episode="a", mode=Mode.EVALUATE, seed=12, length=24, stage=2, ground_truth="success"),
        episode_row(episode="b", mode=Mode.EVALUATE, seed=123456, length=100, stage=1, outcome=Outcome.TIMEOUT),
    ]
    results = [SeedResult.of(row, control_rate_hz=10.0) for row in rows]
    table = {"rows": [dataclasses.asdict(item) for item in results], "abandoned": ""}
    return summarise_results(results, by_operator=by_operator) | table


def test_each_seed_has_a_line_and_the_columns_are_aligned() -> None:
    header, first, second, *_ = evaluation_text(report()).splitlines()
    assert first.split() == ["12", "success", "24", "1", "2.4", "0", "2", "success"]
    assert second.split() == ["123456", "timeout", "100", "1", "-", "0", "1", "-"]
    assert len(header) == len(first) == len(second)


def test_the_figures_follow() -> None:
    text = evaluation_text(report())
    assert "success: 1 of 2, 50.0% (95 % 9." in text
    assert "mean time to success: 2.40 s of robot time\n" in text
    assert "without intervention: 100.0%" in text
    assert "stage reached: 1: 100.0%, 2: 50.0%" in text
    assert "contradicts the reward in 0 of 1 episodes" in text
    assert "without intervention" not in evaluation_text(report(by_operator=True))
