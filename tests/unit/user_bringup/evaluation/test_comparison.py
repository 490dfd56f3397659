from __future__ import annotations

from typing import Any

import pytest

from user_bringup.evaluation.comparison import compare
from user_bringup.report.comparison_page import comparison_page
from user_bringup.report.comparison_text import comparison_text
from user_core.errors import ConfigurationError


def report(times_s: dict[int, float | None], *, task: str = "peg_insertion") -> dict[str, Any]:
    """An evaluation by seed: the time of a success, None for a failure."""
    rows: list[dict[str, Any]] = [
        {
            "seed": seed,
            "outcome": "timeout" if time_s is None else "success",
            "success": time_s is not None,
            "time_to_success_s": time_s,
        }
        for seed, time_s in times_s.items()
    ]
    successes = sum(row["success"] for row in rows)
    rates = {"success_rate": successes / len(rows), "wilson_low": 0.0, "wilson_high": 1.0}
    made = {"policy": "<cnn>", "version": "1.32", "checkpoint": "runs/first"}
    return {"task": task, "rows": rows, "episodes": len(rows), "successes": successes} | rates | made


A = report({1: 2.0, 2: 2.5, 3: 3.0, 4: None, 5: 1.0, 6: None})
B = report({1: 2.5, 2: 2.5, 3: None, 4: 4.0, 5: 3.0, 6: None})


def test_each_seed_has_its_winner() -> None:
    assert [pair.winner for pair in compare(A, B).pairs] == ["A", "", "A", "B", "A", ""]


def test_the_tests_look_at_the_pairs_they_are_for() -> None:
    found = compare(A, B)
    assert (found.only_a, found.only_b, found.success_p) == (1, 1, 1.0)
    assert found.success_difference[0] == 0.0
    assert (found.both, found.faster_a, found.faster_b) == (3, 2, 0)
    assert found.time_difference_s.mean == pytest.approx((-0.5 + 0.0 - 2.0) / 3)
    assert found.time_sign_p == found.time_rank_p == 0.5


def test_the_order_of_the_seeds_does_not_matter() -> None:
    turned = report({6: None, 5: 3.0, 4: 4.0, 3: None, 2: 2.5, 1: 2.5})
    assert compare(A, turned).pairs == compare(A, B).pairs


def test_text_and_page_say_who_wins() -> None:
    text = comparison_text(A, B, compare(A, B))
    assert "seeds won: A 3, B 1, drawn 2" in text
    assert "McNemar exact p = 1" in text
    assert "sign test p = 0.5" in text
    page = comparison_page(A, B, compare(A, B))
    assert "&lt;cnn&gt;" in page and "<cnn>" not in page
    assert page.count("won-a") == 3 + page[: page.index("</style>")].count("won-a")


def test_other_seeds_are_refused_and_named() -> None:
    with pytest.raises(ConfigurationError, match=r"only A has 5, 6; only B has 7.*the same seeds"):
        compare(A, report({1: 2.5, 2: 2.5, 3: None, 4: 4.0, 7: 1.0}))


def test_another_task_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="peg_insertion and charger"):
        compare(A, report({1: 2.0}, task="charger"))


@pytest.mark.parametrize(
    ("of_a", "of_b", "said"),
    [
        (
            {"environment": {"reward.name": "pose"}},
            {"environment": {"reward.name": "dense"}},
            "reward.name: .*pose.*dense",
        ),
        (
            {"environment": {"robot": "simulation", "task.control_rate_hz": 10.0}},
            {"environment": {"robot": "franka", "task.control_rate_hz": 20.0}},
            r"robot: 'simulation' and 'franka'; task.control_rate_hz: 10.0 and 20.0",
        ),
        ({"passed_on": {"robot": "franka"}}, {}, "robot: 'franka' and 'left out'"),
        (
            {"environment": {"robot": "franka"}, "passed_on": {"reward_model": "a (sha256 1)"}},
            {"environment": {"robot": "franka"}, "passed_on": {"reward_model": "b (sha256 2)"}},
            "reward_model: ",
        ),
    ],
)
def test_another_environment_is_refused_with_both_values(of_a: dict[str, Any], of_b: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{said}.*two evaluations in the same environment"):
        compare(A | of_a, B | of_b)


def test_who_performs_and_what_only_one_of_them_knows_may_differ() -> None:
    known = {"environment": {"robot": "simulation"}}
    newer = {"environment": {"robot": "simulation", "reward.name": "pose"}}
    compare(A | known | {"passed_on": {"config": "a"}}, B | newer | {"passed_on": {"config": "b", "reward": "pose"}})
    compare(A | {"passed_on": {"operator": "person"}}, B | newer)
