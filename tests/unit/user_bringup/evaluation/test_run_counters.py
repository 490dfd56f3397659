from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace

import pytest

from user_bringup.evaluation.run_counters import RunCounters, SampleTable, steps_per_s


def test_counters_and_wall_time_survive_a_restart(tmp_path: Path) -> None:
    table = SampleTable(tmp_path / "samples.jsonl", launched_at_s=1000.0)
    table.add(RunCounters(wall_s=table.clock.wall_s(1020.0), training_steps=500, updates=2000))
    again = SampleTable(tmp_path / "samples.jsonl", launched_at_s=5000.0)
    assert again.last == RunCounters(wall_s=20.0, training_steps=500, updates=2000)
    assert again.clock.wall_s(5005.0) == 25.0


def test_samples_do_not_change_with_the_counters_they_were_taken_from(tmp_path: Path) -> None:
    table = SampleTable(tmp_path / "samples.jsonl", launched_at_s=0.0)
    counters = RunCounters(training_steps=1)
    table.add(counters)
    counters.training_steps = 2
    table.last.training_steps = 3
    assert table.last.training_steps == 1


def test_a_restart_keeps_counts_and_forgets_what_nodes_said_of_themselves() -> None:
    before = RunCounters(updates=7, learner_state="failed", learner_detail="d", replay_error="full", robot_state="HOLD")
    assert before.without_states() == RunCounters(updates=7)


def learner_status(*, versions_published: int) -> SimpleNamespace:
    """A LearnerStatus, without ROS."""
    return SimpleNamespace(
        updates=0,
        staleness=0,
        versions_published=versions_published,
        required_version="",
        publish_to_use_p50_ms=math.nan,
        state="training",
        detail="",
    )


def test_versions_of_all_starts_of_the_learner_are_counted_whoever_restarts() -> None:
    counters = RunCounters()
    for published in (0, 3, 5, 5, 0, 2):  # the learner is started anew after five
        counters.take_learner(learner_status(versions_published=published))
    assert counters.versions_published == 7
    of_a_restarted_progress_node = counters.without_states()
    of_a_restarted_progress_node.take_learner(learner_status(versions_published=4))
    assert of_a_restarted_progress_node.versions_published == 9


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([], 0.0),
        ([(0.0, 0)], 0.0),
        ([(0.0, 0), (10.0, 1000)], 100.0),
        ([(0.0, 0), (0.0, 50)], 0.0),
        ([(0.0, 0), (100.0, 100), (120.0, 2100)], 100.0),
    ],
)
def test_rate_is_over_the_recent_window(samples: list[tuple[float, int]], expected: float) -> None:
    rows = [RunCounters(wall_s=wall_s, training_steps=steps) for wall_s, steps in samples]
    assert steps_per_s(rows, window_s=30.0) == expected
