"""When a training step is allowed."""

from __future__ import annotations

from user_hardware.environment.budget import StepBudget


def heard(*, step_budget: int, lockstep: bool = True, required_version: str = "") -> StepBudget:
    budget = StepBudget(requires=("replay", "learner"), lockstep=lockstep)
    budget.on_learner(step_budget=step_budget, required_version=required_version)
    budget.on_replay(training_steps=0, acknowledged=-1, error="")
    return budget


def test_asynchronous_never_waits() -> None:
    budget = heard(step_budget=-1)
    for sequence in range(1000):
        budget.on_training_record(sequence)
    assert budget.allows_next_step() and budget.obstacle(training=True) == ""


def test_own_unacknowledged_steps_count_and_are_not_counted_twice() -> None:
    budget = heard(step_budget=4)
    for sequence in (1, 2, 3):
        budget.on_training_record(sequence)
    assert budget.allows_step()
    budget.on_replay(training_steps=2, acknowledged=2, error="")
    assert budget.allows_step()
    budget.on_training_record(4)
    assert not budget.allows_step()
    budget.on_learner(step_budget=5, required_version="")
    assert budget.allows_step()


def test_steps_of_other_robots_use_the_common_budget() -> None:
    budget = heard(step_budget=10)
    budget.on_replay(training_steps=10, acknowledged=-1, error="")
    assert not budget.allows_step()


def test_in_real_time_a_running_episode_never_pauses() -> None:
    budget = heard(step_budget=0, lockstep=False)
    assert budget.allows_next_step()
    assert "allowed" in budget.obstacle(training=True)


def test_synchronous_is_looked_at_only_when_an_episode_begins() -> None:
    budget = heard(step_budget=0, required_version="1.7")
    assert budget.allows_next_step()
    assert budget.obstacle(training=True)
    assert budget.required_version == "1.7"


def test_an_episode_that_shall_be_recorded_waits_for_the_recorder() -> None:
    budget = StepBudget(requires=("replay", "recorder"), lockstep=True)
    budget.on_replay(training_steps=0, acknowledged=-1, error="")
    assert "recorder_node" in budget.obstacle(training=False)
    budget.on_recorder()
    budget.forget()
    budget.on_replay(training_steps=0, acknowledged=-1, error="")
    assert budget.obstacle(training=False) == ""


def test_a_goal_does_not_need_the_learner_but_needs_the_log() -> None:
    budget = StepBudget(requires=("replay", "learner"), lockstep=True)
    assert "replay_node" in budget.obstacle(training=False)
    budget.on_replay(training_steps=0, acknowledged=-1, error="")
    assert budget.obstacle(training=False) == ""
    assert "learner_node" in budget.obstacle(training=True)


def test_a_log_that_cannot_be_written_holds_everybody() -> None:
    budget = heard(step_budget=-1)
    budget.on_replay(training_steps=0, acknowledged=-1, error="disk full")
    assert "disk full" in budget.obstacle(training=False)


def test_no_training_episode_begins_once_the_run_has_its_steps() -> None:
    budget = StepBudget(requires=("replay",), lockstep=True, max_steps=3)
    budget.on_replay(training_steps=2, acknowledged=-1, error="")
    assert budget.obstacle(training=True) == ""
    budget.on_training_record(0)
    assert "max_environment_steps" in budget.obstacle(training=True)
    assert budget.allows_next_step(), "an episode that runs is not cut"
    assert budget.obstacle(training=False) == "", "evaluations go on"


def test_another_run_begins_anew() -> None:
    budget = heard(step_budget=3)
    budget.on_training_record(0)
    budget.forget()
    assert budget.own_training_steps == 0 and budget.allows_step()
    assert budget.obstacle(training=True)
