from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.run_tables import Run, episode_row, progress_config
from user_bringup.evaluation.evaluation_report import evaluation_report
from user_bringup.evaluation.evaluation_request import EvaluationRequest
from user_bringup.evaluation.evaluation_result import SeedResult, success_by_stage, summarise_results
from user_bringup.evaluation.evaluation_table import EvaluationKind
from user_core.types import Mode, Outcome


def result(seed: int = 1, **values: Any) -> SeedResult:  # noqa: ANN401 - any field
    row = episode_row(episode=f"episode {seed}", mode=Mode.EVALUATE, seed=seed, **values)
    return SeedResult.of(row, control_rate_hz=10.0)


def test_time_to_success_is_robot_time_of_successes_only() -> None:
    results = [result(1, length=20), result(2, length=30), result(3, length=100, outcome=Outcome.TIMEOUT)]
    assert [item.time_to_success_s for item in results] == [2.0, 3.0, None]
    figures = summarise_results(results, by_operator=False)
    assert (figures["episodes"], figures["successes"]) == (3, 2)
    assert figures["time_to_success_s"]["mean"] == 2.5
    assert figures["time_to_success_s"]["count"] == 2


def test_without_a_known_rate_there_is_no_time() -> None:
    assert SeedResult.of(episode_row(episode="a"), control_rate_hz=0.0).time_to_success_s is None


def test_who_intervened_is_asked_of_a_policy_only() -> None:
    results = [result(1), result(2, human_steps=3, interventions=1)]
    assert summarise_results(results, by_operator=False)["intervention_free"] == 0.5
    assert summarise_results(results, by_operator=True)["intervention_free"] is None


def test_stages_are_shown_where_a_task_has_them() -> None:
    assert success_by_stage([result(1, stage=1), result(2, outcome=Outcome.TIMEOUT)]) == {}
    staged = [result(1, stage=3), result(2, stage=2, outcome=Outcome.TIMEOUT), result(3, outcome=Outcome.TIMEOUT)]
    assert success_by_stage(staged) == {"1": 0.6667, "2": 0.6667, "3": 0.3333}


def test_disagreement_with_the_ground_truth_is_counted_where_there_is_one() -> None:
    results = [
        result(1, ground_truth="success"),
        result(2, ground_truth="open"),
        result(3, outcome=Outcome.TIMEOUT, ground_truth="success"),
        result(4, outcome=Outcome.TIMEOUT, ground_truth="open"),
        result(5),
    ]
    figures = summarise_results(results, by_operator=False)
    assert (figures["ground_truth_known"], figures["ground_truth_disagreements"]) == (4, 2)
    assert [item.disagrees for item in results] == [False, True, True, False, False]


def evaluated(folder: Path, purpose: str, policy: str) -> Run:
    EvaluationRequest(task="peg_insertion", policy=policy, seed=3, episodes=5).write(folder)
    run = Run(folder, progress_config(purpose=purpose, run_folder=str(folder)))
    run.counters.control_rate_hz = 10.0
    run.outcome = lambda seed: Outcome.SUCCESS if seed % 2 else Outcome.TIMEOUT
    run.tick()
    while run.session.ending is None:
        run.finish_evaluation()
    run.record.sample_table.add(run.counters)
    return run


def test_a_folder_runs_the_seeds_of_its_request_and_none_twice(tmp_path: Path) -> None:
    run = evaluated(tmp_path, "evaluate", "cnn")
    report = evaluation_report(run.record)
    assert report is not None
    seeds = EvaluationRequest(task="", policy="", seed=3, episodes=5).seeds
    assert tuple(row["seed"] for row in report["rows"]) == seeds
    assert report["successes"] == sum(seed % 2 for seed in seeds)
    run.record.evaluations.finish()
    run.restart()
    (again,) = run.tick()
    assert again.seeds == seeds


def test_an_operators_evaluation_runs_in_mode_collect(tmp_path: Path) -> None:
    EvaluationRequest(task="peg_insertion", policy="operator", seed=3, episodes=5).write(tmp_path)
    run = Run(tmp_path, progress_config(purpose="evaluate_operator", run_folder=str(tmp_path)))
    (goal,) = run.tick()
    assert (goal.mode, goal.deterministic, goal.policy_version) == (Mode.COLLECT, False, "")
    while run.session.ending is None:
        run.finish_evaluation()
    (closed,) = run.record.evaluations.closed(EvaluationKind.OPERATOR)
    assert (closed.successes, run.session.ending.exit_status) == (5, 0)
    assert run.record.facts.policy == "operator"


def test_a_run_that_trains_has_no_such_report(tmp_path: Path) -> None:
    assert evaluation_report(Run(tmp_path, progress_config()).record) is None
