from __future__ import annotations

from typing import Any

import pytest

from user_bringup.report.figures_section import figures_table

SUMMARY: dict[str, Any] = {
    "purpose": "collect",
    "updates": 0,
    "wall_s": 12.5,
    "replay": {"duplicates_dropped": 2, "lost": None},
    "curve": [{"environment_steps": 500}],
    "something_new": [],
}


def test_a_collection_shows_nothing_of_training() -> None:
    assert "updates of the learner" not in figures_table(SUMMARY)


@pytest.mark.parametrize("purpose", ["train", ""])
def test_a_run_that_trains_shows_it_all_but_what_has_a_table_of_its_own(purpose: str) -> None:
    table = figures_table(SUMMARY | {"purpose": purpose})
    assert "updates of the learner" in table
    assert "500" not in table


def test_numbers_are_named_in_words_and_keep_their_key_for_who_looks_for_it() -> None:
    table = figures_table(SUMMARY)
    assert "kept once" in table
    assert 'title="replay.duplicates_dropped"' in table
    assert "<td>replay: lost</td>" not in table
    assert "not measured" in table
    assert "<td>something new</td><td>none</td>" in table
