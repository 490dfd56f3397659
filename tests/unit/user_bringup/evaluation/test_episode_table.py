from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.support.run_tables import episode_row
from user_bringup.evaluation.episode_table import EpisodeRow, EpisodeTable
from user_core.types import Mode, Outcome

INCOMPLETE, SUCCESS, FAILURE, TIMEOUT = Outcome.INCOMPLETE, Outcome.SUCCESS, Outcome.FAILURE, Outcome.TIMEOUT


@pytest.fixture
def table(tmp_path: Path) -> EpisodeTable:
    return EpisodeTable(tmp_path / "episodes.jsonl")


def of_seed(seed: int, number: int, outcome: Outcome) -> EpisodeRow:
    return episode_row(episode=f"{seed}/{number}", mode=Mode.EVALUATE, evaluation="e", seed=seed, outcome=outcome)


# What is run with one seed, and whether that decides it, and how.
ATTEMPTS = [
    ([], None),
    ([SUCCESS], True),
    ([FAILURE], False),
    ([TIMEOUT], False),
    ([INCOMPLETE], None),
    ([INCOMPLETE, SUCCESS], True),
    ([INCOMPLETE, INCOMPLETE, INCOMPLETE], None),
    ([INCOMPLETE, INCOMPLETE, INCOMPLETE, SUCCESS], True),
    ([INCOMPLETE, INCOMPLETE, INCOMPLETE, INCOMPLETE], False),
    ([INCOMPLETE, INCOMPLETE, INCOMPLETE, INCOMPLETE, SUCCESS], False),
    ([FAILURE, SUCCESS], False),
    ([SUCCESS, FAILURE], True),
]


@pytest.mark.parametrize(("outcomes", "expected"), ATTEMPTS)
def test_first_episode_that_counts_decides_its_seed(
    table: EpisodeTable, outcomes: list[Outcome], expected: bool | None
) -> None:
    for number, outcome in enumerate(outcomes):
        table.add(of_seed(7, number, outcome))
    assert table.results("e", [7]).get(7) is expected


def test_an_episode_heard_again_is_not_entered_again(tmp_path: Path, table: EpisodeTable) -> None:
    assert table.add(of_seed(7, 0, SUCCESS))
    assert not table.add(of_seed(7, 0, SUCCESS))
    again = EpisodeTable(tmp_path / "episodes.jsonl")
    assert not again.add(of_seed(7, 0, SUCCESS))
    assert len(again.episodes) == 1


def test_rows_survive_a_restart_unchanged(tmp_path: Path, table: EpisodeTable) -> None:
    row = episode_row(
        episode="a",
        tick_period_s=np.array([0.1, 0.1000009], np.float32),
        safety_events=("CLIPPED_BOX",),
        safety_counts=(3,),
    )
    table.add(row)
    assert EpisodeTable(tmp_path / "episodes.jsonl").episodes == (row,)
    assert row.tick_period_s == (0.1, 0.100001)
    assert row.safety == {"CLIPPED_BOX": 3}


def test_results_are_of_the_evaluation_and_the_seeds_asked_for(table: EpisodeTable) -> None:
    table.add(of_seed(7, 0, SUCCESS))
    table.add(of_seed(8, 0, SUCCESS))
    table.add(episode_row(episode="other", mode=Mode.EVALUATE, evaluation="f", seed=7, outcome=FAILURE))
    table.add(episode_row(episode="practice", seed=7, outcome=FAILURE))
    assert table.results("e", [7]) == {7: True}
    assert table.rate("e", [7, 8, 9]).episodes == 2


def test_an_episode_of_another_version_than_the_first_does_not_decide_its_seed(table: EpisodeTable) -> None:
    table.add(of_seed(7, 0, SUCCESS))
    newer = episode_row(episode="x", mode=Mode.EVALUATE, evaluation="e", seed=8, policy_versions=("1.64",))
    table.add(newer)
    assert table.results("e", [7, 8]) == {7: True}
    table.add(of_seed(8, 1, FAILURE))
    assert table.results("e", [7, 8]) == {7: True, 8: False}


def test_attempts_that_never_began_count_as_attempts(table: EpisodeTable) -> None:
    for number in range(4):
        assert table.results("e", [7]) == {}
        table.add(
            EpisodeRow.never_begun(
                episode=str(number), robot="arm_0", evaluation="e", seed=7, reason="r", wall_s=0.0, training_steps=0
            )
        )
    assert table.results("e", [7]) == {7: False}


def test_version_that_acted_first_is_the_pinned_one(table: EpisodeTable) -> None:
    assert table.pinned_version("e") == ""
    silent = episode_row(
        episode="0", mode=Mode.EVALUATE, evaluation="e", seed=7, outcome=INCOMPLETE, policy_versions=()
    )
    table.add(silent)
    assert table.pinned_version("e") == ""
    table.add(of_seed(7, 1, SUCCESS))
    assert table.pinned_version("e") == "1.32"
