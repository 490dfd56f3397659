from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.run_tables import Run, progress_config
from user_bringup.evaluation.evaluation_table import EvaluationKind
from user_bringup.evaluation.session import ABANDON_AFTER, Phase
from user_core.types import Mode, Outcome


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path, progress_config())


def failing(seed: int) -> Outcome:
    return Outcome.TIMEOUT


def phase_of(run: Run) -> Phase:
    return run.session.phase


def test_practice_goes_on_until_an_evaluation_is_due(run: Run) -> None:
    assert run.tick(steps=0) == []
    assert run.tick(steps=99) == []
    assert phase_of(run) is Phase.PRACTICE
    (goal,) = run.tick(steps=100)
    assert (goal.mode, goal.deterministic, goal.policy_version) == (Mode.EVALUATE, True, "")
    assert len(goal.seeds) == 4
    assert phase_of(run) is Phase.EVALUATION


def test_a_missed_goal_leads_to_practice_and_the_next_evaluation_on_other_seeds(run: Run) -> None:
    run.outcome = failing
    (first,) = run.tick(steps=130)
    run.finish_evaluation()
    assert phase_of(run) is Phase.PRACTICE
    assert run.tick(steps=229) == []
    (second,) = run.tick(steps=230)
    assert not set(first.seeds) & set(second.seeds)


def test_criterion_leads_to_final_then_imitation_on_the_same_unused_seeds_then_exit_0(run: Run) -> None:
    (periodic,) = run.tick(steps=100)
    run.finish_evaluation()
    (final,) = run.goals
    assert phase_of(run) is Phase.FINAL
    assert (len(final.seeds), final.policy_version) == (6, "")
    assert not set(final.seeds) & set(periodic.seeds)
    run.finish_evaluation()
    (imitation,) = run.goals
    assert phase_of(run) is Phase.IMITATION
    assert (imitation.seeds, imitation.policy_version) == (final.seeds, "imitation")
    run.finish_evaluation()
    assert run.session.ending is not None
    assert (run.session.ending.exit_status, run.session.phase) == (0, Phase.DONE)


def test_without_a_named_version_imitation_is_left_out(tmp_path: Path) -> None:
    run = Run(tmp_path, progress_config(evaluation__imitation_version=""))
    run.tick(steps=100)
    run.finish_evaluation()
    run.finish_evaluation()
    assert run.session.ending is not None
    assert run.record.imitation is None


@pytest.mark.parametrize(
    ("budget", "steps", "passed_s", "said"),
    [
        ({"stop__max_environment_steps": 500}, 500, 0.1, "the budget is 500"),
        ({"stop__max_wall_s": 60.0}, 10, 60.0, "the budget is 60"),
    ],
)
def test_a_used_up_budget_ends_with_the_final_evaluation_and_exit_3(
    tmp_path: Path, budget: dict[str, float], steps: int, passed_s: float, said: str
) -> None:
    run = Run(tmp_path, progress_config(evaluation__every_steps=0, **budget))
    assert run.tick(steps=steps - 1, passed_s=passed_s / 2) == []
    run.tick(steps=steps, passed_s=passed_s)
    assert phase_of(run) is Phase.FINAL
    run.finish_evaluation()
    run.finish_evaluation()
    assert run.session.ending is not None
    assert run.session.ending.exit_status == 3
    assert said in run.session.ending.verdict


def test_confirmations_follow_at_once_and_a_miss_begins_the_count_anew(tmp_path: Path) -> None:
    run = Run(tmp_path, progress_config(stop__confirmations=2))
    run.tick(steps=100)
    run.finish_evaluation()
    assert phase_of(run) is Phase.EVALUATION
    run.outcome = failing
    run.finish_evaluation()
    assert phase_of(run) is Phase.PRACTICE
    run.outcome = lambda seed: Outcome.SUCCESS
    run.tick(steps=200)
    run.finish_evaluation()
    run.finish_evaluation()
    assert phase_of(run) is Phase.FINAL


def test_restart_in_the_middle_of_an_evaluation_runs_only_the_seeds_not_done(run: Run) -> None:
    (goal,) = run.tick(steps=100)
    run.play(goal.seeds[:3], goal)
    run.version = "1.64"
    run.restart()
    assert phase_of(run) is Phase.EVALUATION
    (again,) = run.tick()
    assert again.seeds == goal.seeds[3:]
    assert again.evaluation == goal.evaluation
    assert again.policy_version == "1.32"
    run.finish_evaluation()
    (closed,) = run.record.evaluations.closed(EvaluationKind.PERIODIC)
    assert (closed.episodes, closed.successes, closed.version) == (4, 4, "1.32")


@pytest.mark.parametrize("finished", [1, 2, 3])
def test_restart_between_evaluations_goes_on_where_it_was(run: Run, finished: int) -> None:
    run.tick(steps=100)
    for _ in range(finished):
        run.finish_evaluation()
    before = run.session.phase
    run.restart()
    run.tick()
    assert run.session.phase is before


def test_a_finished_run_that_is_launched_again_practises_on_and_takes_fresh_final_seeds(run: Run) -> None:
    run.tick(steps=100)
    run.finish_evaluation()
    (first_final,) = run.goals
    run.finish_evaluation()
    run.finish_evaluation()
    run.record.evaluations.finish()
    run.restart()
    assert run.tick(steps=150) == []
    run.tick(steps=200)
    run.finish_evaluation()
    (second_final,) = run.goals
    assert phase_of(run) is Phase.FINAL
    assert not set(first_final.seeds) & set(second_final.seeds)


def test_an_interrupted_end_with_a_larger_budget_goes_back_to_practice(tmp_path: Path) -> None:
    settings = {"evaluation__every_steps": 0, "stop__max_environment_steps": 100}
    run = Run(tmp_path, progress_config(**settings))
    run.tick(steps=100)
    run.finish_evaluation()
    assert phase_of(run) is Phase.IMITATION
    run.finish_evaluation()
    run.config = progress_config(**settings | {"stop__max_environment_steps": 200})
    run.restart()
    assert run.tick(steps=150) == []
    assert phase_of(run) is Phase.PRACTICE
    run.tick(steps=200)
    assert phase_of(run) is Phase.FINAL


def test_a_version_that_nobody_has_is_given_up_and_said(run: Run) -> None:
    run.tick(steps=100)
    run.finish_evaluation()
    run.finish_evaluation()
    run.outcome = lambda seed: Outcome.INCOMPLETE
    run.finish_evaluation()
    (imitation,) = run.record.evaluations.closed(EvaluationKind.IMITATION)
    assert f"{ABANDON_AFTER} incomplete episodes in a row" in imitation.abandoned
    assert run.record.imitation is None
    assert run.session.ending is not None
    assert run.session.ending.exit_status == 0


def test_a_final_evaluation_that_does_not_get_on_is_left_after_its_limit(tmp_path: Path) -> None:
    run = Run(tmp_path, progress_config(evaluation__final_limit_s=30.0))
    run.tick(steps=100)
    run.finish_evaluation()
    run.tick(passed_s=31.0)
    assert run.session.ending is not None
    assert run.record.final is None


def test_an_evaluation_in_progress_does_not_outlast_the_wall_budget(tmp_path: Path) -> None:
    run = Run(tmp_path, progress_config(stop__max_wall_s=60.0))
    run.tick(steps=100, passed_s=30.0)
    assert phase_of(run) is Phase.EVALUATION
    run.tick(passed_s=31.0)
    assert phase_of(run) is Phase.FINAL
    (periodic,) = run.record.evaluations.closed(EvaluationKind.PERIODIC)
    assert "the budget is 60" in periodic.abandoned


def test_a_collection_that_outlasts_the_wall_budget_ends_and_goes_on_with_a_larger_one(tmp_path: Path) -> None:
    run = Run(tmp_path, progress_config(purpose="collect", stop__max_wall_s=60.0))
    assert len(run.tick(passed_s=30.0)) == 1
    run.tick(passed_s=31.0)
    assert run.session.ending is not None
    assert run.session.ending.exit_status == 3
    run.record.evaluations.finish()
    run.config = progress_config(purpose="collect", stop__max_wall_s=120.0)
    run.restart()
    assert len(run.tick()) == 1


def test_a_requested_evaluation_that_nothing_answers_is_left_after_its_limit(tmp_path: Path) -> None:
    run = Run(tmp_path, progress_config(purpose="evaluate", evaluation__final_limit_s=30.0))
    assert len(run.tick()) == 1
    run.tick(passed_s=31.0)
    assert run.session.ending is not None
    assert run.session.ending.exit_status == 1
    assert "not finished after 30 s" in run.session.ending.verdict


def test_a_requested_evaluation_has_its_time_as_long_as_it_gets_on(tmp_path: Path) -> None:
    run = Run(tmp_path, progress_config(purpose="evaluate", evaluation__final_limit_s=30.0))
    (goal,) = run.tick()
    for seed in goal.seeds[:-1]:
        run.tick(passed_s=29.0)
        run.play([seed], goal)
    assert run.session.ending is None
    run.tick(passed_s=31.0)
    assert run.session.ending is not None


def test_collection_goes_on_until_enough_episodes_have_succeeded_and_are_logged(tmp_path: Path) -> None:
    run = Run(tmp_path, progress_config(purpose="collect", collect__demonstrations_needed=10))
    run.outcome = lambda seed: Outcome.TIMEOUT if seed % 5 == 4 else Outcome.SUCCESS
    (goal,) = run.tick()
    assert (goal.mode, goal.deterministic, len(goal.seeds)) == (Mode.COLLECT, False, 10)
    run.finish_evaluation()
    (rest,) = run.goals
    assert len(rest.seeds) == 2
    assert not set(goal.seeds) & set(rest.seeds)
    run.finish_evaluation()
    assert run.session.ending is None
    run.demonstrations.logged = True
    run.tick()
    assert run.session.ending is not None
    assert run.session.ending.exit_status == 0
    assert "10 demonstrations of 12 episodes" in run.session.ending.verdict
    assert run.demonstrations.kept == 10


def test_training_without_demonstrations_collects_them_first(run: Run) -> None:
    run.demonstrations.present, run.demonstrations.logged = False, True
    (goal,) = run.tick(steps=0)
    assert goal.mode is Mode.COLLECT
    run.finish_evaluation()
    assert run.tick(steps=50) == []
    assert phase_of(run) is Phase.PRACTICE
    (goal,) = run.tick(steps=100)
    assert goal.mode is Mode.EVALUATE


def test_a_failed_learner_ends_the_run_with_its_reason(run: Run) -> None:
    run.counters.learner_state, run.counters.learner_detail = "failed", "the critic diverged"
    run.tick(steps=50)
    assert run.session.ending is not None
    assert run.session.ending.exit_status == 1
    assert "the critic diverged" in run.session.ending.verdict


def test_a_learner_that_failed_at_its_start_spares_the_person_the_demonstrations(run: Run) -> None:
    run.demonstrations.present = False
    run.counters.learner_state, run.counters.learner_detail = "failed", "no weights in runs/typo"
    assert run.tick(steps=0) == []
    assert run.session.ending is not None
    assert run.session.ending.exit_status == 1


def test_a_learner_that_fails_while_demonstrations_are_collected_ends_that_too(run: Run) -> None:
    run.demonstrations.present = False
    (goal,) = run.tick(steps=0)
    assert goal.mode is Mode.COLLECT
    run.counters.learner_state, run.counters.learner_detail = "failed", "no weights in runs/typo"
    assert run.tick(steps=0) == []
    assert run.session.ending is not None
    assert "no weights in runs/typo" in run.session.ending.verdict


@pytest.mark.parametrize(("updates", "phase"), [(0, Phase.DONE), (1, Phase.FINAL)])
def test_a_budget_that_ends_before_there_are_weights_leaves_nothing_to_judge(
    tmp_path: Path, updates: int, phase: Phase
) -> None:
    run = Run(tmp_path, progress_config(stop__max_wall_s=60.0))
    run.counters.learner_state, run.counters.updates = "pretraining", updates
    run.tick(steps=0, passed_s=61.0)
    assert phase_of(run) is phase


def test_a_learner_that_is_done_ends_the_run_with_the_final_evaluation_of_its_last_version(run: Run) -> None:
    run.counters.learner_state, run.counters.learner_detail = "done", "all 300 updates are done"
    run.counters.required_version = "1.300"
    (goal,) = run.tick(steps=0)
    assert goal.mode is Mode.EVALUATE and phase_of(run) is Phase.FINAL
    assert goal.policy_version == "1.300"
    while run.session.ending is None:
        run.finish_evaluation()
    assert (run.session.ending.exit_status, run.session.ending.verdict) == (0, "all 300 updates are done")


def test_a_demonstrator_that_always_fails_ends_the_collection(tmp_path: Path) -> None:
    run = Run(tmp_path, progress_config(purpose="collect", collect__demonstrations_needed=20))
    run.outcome = failing
    run.tick()
    run.finish_evaluation()
    assert run.session.ending is not None
    assert run.session.ending.exit_status == 1
    assert "0 of 20 episodes succeeded" in run.session.ending.verdict


def test_purpose_evaluate_runs_one_evaluation_of_the_version_asked_for(tmp_path: Path) -> None:
    run = Run(tmp_path, progress_config(purpose="evaluate", evaluation__policy_version="imitation"))
    (goal,) = run.tick()
    assert (goal.policy_version, len(goal.seeds)) == ("imitation", 6)
    run.finish_evaluation()
    assert run.session.ending is not None
    assert run.session.ending.exit_status == 0
    assert "6 of 6" in run.session.ending.verdict


def test_evaluating_a_finished_run_takes_fresh_seeds_and_leaves_its_result(run: Run) -> None:
    run.tick(steps=100)
    while run.session.ending is None:
        run.finish_evaluation()
    run.record.ended(purpose="train", exit_status=0, verdict="criterion met")
    run.record.evaluations.finish()
    run.config = progress_config(purpose="evaluate", evaluation__final_episodes=6)
    run.restart()
    (goal,) = run.tick()
    run.finish_evaluation()
    assert run.record.final is not None
    assert not set(goal.seeds) & set(run.record.final.begun.seeds)
    assert run.record.imitation is not None
    ended = run.record.ended(purpose="evaluate", exit_status=0, verdict="6 of 6")
    assert (ended.facts.purpose, ended.facts.verdict) == ("train", "criterion met")


def test_reward_data_is_so_many_episodes_whatever_becomes_of_them(tmp_path: Path) -> None:
    run = Run(tmp_path, progress_config(purpose="collect_reward_data", collect__reward_episodes=5))
    run.outcome = failing
    (goal,) = run.tick(steps=0)
    assert (goal.mode, len(goal.seeds)) == (Mode.COLLECT, 5)
    run.finish_evaluation()
    assert run.session.ending is not None
    assert run.session.ending.exit_status == 0
    assert "5 episodes, 0 of them marked as successes" in run.session.ending.verdict
