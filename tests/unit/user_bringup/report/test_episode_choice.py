from __future__ import annotations

from tests.support.run_tables import episode_row
from user_bringup.report.episode_choice import choose_episodes
from user_core.types import Outcome


def test_all_are_shown_where_they_fit_but_those_that_never_began() -> None:
    rows = [episode_row(episode="a"), episode_row(episode="b", length=0, outcome=Outcome.INCOMPLETE)]
    assert choose_episodes(rows, limit=5) == {"a"}


def test_the_newest_come_first_and_then_what_went_wrong() -> None:
    rows = [episode_row(episode=str(number)) for number in range(100)]
    rows[3] = episode_row(episode="3", outcome=Outcome.TIMEOUT)
    rows[4] = episode_row(episode="4", interventions=1)
    rows[5] = episode_row(episode="5", ground_truth="open")
    chosen = choose_episodes(rows, first={"0"}, limit=10)
    assert len(chosen) == 10
    assert {"0", "3", "4", "5", "99", "98", "97", "96", "95"} <= chosen
