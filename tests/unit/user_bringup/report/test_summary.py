from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.run_tables import Run, episode_row, finished_run, progress_config
from user_bringup.evaluation.run_record import RunRecord
from user_bringup.report.summary import summarise
from user_core.errors import LogError
from user_core.types import Outcome

KEYS = {
    "": "task algorithm policy privileged_inputs seed setup_s wall_s environment_steps robot_time_s episodes updates "
    "utd_ratio evaluation imitation_only first_reached curve loop weights replay interventions",
    "evaluation": "episodes successes success_rate wilson_low wilson_high",
    "imitation_only": "episodes successes success_rate wilson_low wilson_high",
    "first_reached": "success_rate environment_steps wall_s",
    "loop": "period_mean_ms period_p99_ms deadline_misses ticks",
    "weights": "versions_published versions_used publish_to_use_p50_ms",
    "replay": "transitions duplicates_dropped lost",
}


@pytest.fixture
def summary(tmp_path: Path) -> dict[str, Any]:
    return summarise(finished_run(tmp_path).record, transitions=260, lost=0)


def test_every_figure_asked_for_is_there(summary: dict[str, Any]) -> None:
    for part, keys in KEYS.items():
        holder = summary[part] if part else summary
        assert [key for key in keys.split() if key not in holder] == []
    json.dumps(summary, allow_nan=False)


def test_figures_are_those_of_the_tables(summary: dict[str, Any]) -> None:
    assert summary["environment_steps"] == 200
    assert summary["robot_time_s"] == 20.0
    assert summary["utd_ratio"] == 4.0
    assert summary["episodes"] == 3
    assert summary["interventions"] == 6
    assert [point["success_rate"] for point in summary["curve"]] == [0.0, 1.0]
    assert summary["first_reached"]["environment_steps"] == 200
    assert summary["evaluation"]["episodes"] == summary["imitation_only"]["episodes"] == 6
    assert summary["weights"]["versions_used"] == 2
    assert summary["replay"] | {"transitions": 260, "lost": 0} == summary["replay"]


def test_what_was_not_measured_is_null_and_not_zero(tmp_path: Path) -> None:
    summary = summarise(Run(tmp_path, progress_config()).record, transitions=None, lost=None)
    assert summary["evaluation"] is summary["imitation_only"] is summary["first_reached"] is None
    assert summary["utd_ratio"] is summary["robot_time_s"] is summary["loop"]["period_mean_ms"] is None
    assert summary["replay"]["lost"] is None
    assert summary["curve"] == []


def test_loop_figures_come_from_every_tick_of_the_episodes(tmp_path: Path) -> None:
    run = Run(tmp_path, progress_config())
    periods_s = np.full(100, 0.1, np.float32)
    periods_s[7] = 0.12
    run.record.episodes.add(episode_row(episode="a", tick_period_s=periods_s, deadline_misses=1))
    run.record.episodes.add(episode_row(episode="b", tick_period_s=np.full(100, 0.1, np.float32)))
    loop = summarise(run.record, transitions=None, lost=None)["loop"]
    assert (loop["ticks"], loop["deadline_misses"]) == (200, 1)
    assert loop["period_mean_ms"] == pytest.approx(100.1)
    assert loop["period_p99_ms"] == pytest.approx(100.0)


def test_privileged_inputs_are_named(tmp_path: Path) -> None:
    run = Run(tmp_path, progress_config(privileged_inputs="target"))
    assert summarise(run.record, transitions=None, lost=None)["privileged_inputs"] == ["target"]


def test_a_report_can_be_made_again_from_the_folder_alone(tmp_path: Path) -> None:
    run = finished_run(tmp_path)
    before = summarise(run.record, transitions=260, lost=0)
    assert summarise(RunRecord.load(tmp_path), transitions=260, lost=0) == before


def test_imitation_on_other_seeds_is_not_compared(tmp_path: Path) -> None:
    run = finished_run(tmp_path)
    run.record.evaluations.finish()
    run.config = progress_config(evaluation__imitation_version="", evaluation__every_steps=100)
    run.restart()
    run.tick(steps=300)
    while run.session.ending is None:
        run.finish_evaluation()
    assert run.record.final is not None
    assert run.record.imitation is None


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="no run folder"):
        RunRecord.load(tmp_path)


def test_disagreement_of_outcome_and_ground_truth_is_counted_where_the_truth_is_known(tmp_path: Path) -> None:
    record = finished_run(tmp_path).record
    assert summarise(record, transitions=0, lost=0)["reward_disagreement"] is None
    judged = [("success", "success"), ("success", "open"), ("timeout", "success"), ("incomplete", "success")]
    for number, (outcome, truth) in enumerate(judged):
        row = episode_row(episode=f"judged {number}", outcome=Outcome(outcome), ground_truth=truth)
        record.episodes.add(row)
    disagreement = summarise(record, transitions=0, lost=0)["reward_disagreement"]
    assert disagreement == {"episodes": 3, "false_successes": 1, "missed_successes": 1}


def test_robots_at_different_tasks_are_counted_task_by_task(tmp_path: Path) -> None:
    config = progress_config(robots=["arm_0", "arm_1"], evaluation__fixed_shares=True)
    run = Run(tmp_path, config)
    run.task_of = {"arm_0": "peg_insertion", "arm_1": "charger"}.__getitem__
    run.tick(steps=100)
    run.finish_evaluation()
    run.tick(steps=101)
    seeds = run.record.evaluations.open
    assert seeds is not None
    run.outcome = lambda seed: Outcome.SUCCESS if seeds.seeds.index(seed) % 2 == 0 else Outcome.TIMEOUT
    run.finish_evaluation()
    summary = summarise(run.record, transitions=None, lost=None)
    by_task = {task: (rate["successes"], rate["episodes"]) for task, rate in summary["evaluation_by_task"].items()}
    assert by_task == {"peg_insertion": (3, 3), "charger": (0, 3)}


def test_one_task_needs_no_table_of_tasks(summary: dict[str, Any]) -> None:
    assert summary["evaluation_by_task"] == summary["imitation_by_task"] == {}
