"""The limiter against tables worked by hand."""

from __future__ import annotations

import pytest

from user_core.errors import ConfigurationError
from user_learner.replay.limiter import Pipeline, PipelineConfig, make_pipeline


def make(name: str, *, utd_ratio: float = 4.0, start: int = 200, slack: int = 20, at_once: int = 8) -> Pipeline:
    config = PipelineConfig(name=name, start_training_steps=start, slack_steps=slack, updates_at_once=at_once)
    return make_pipeline(config=config, utd_ratio=utd_ratio)


@pytest.mark.parametrize("name", ["asynchronous", "paced", "synchronous"])
@pytest.mark.parametrize(
    ("utd_ratio", "training_steps", "updates", "allowed"),
    [
        (4.0, 0, 0, False),
        (4.0, 200, 0, False),
        (4.0, 201, 0, True),
        (4.0, 201, 3, True),
        (4.0, 201, 4, False),
        (4.0, 1200, 3999, True),
        (4.0, 1200, 4000, False),
        (0.5, 201, 0, False),
        (0.5, 202, 0, True),
        (0.5, 202, 1, False),
    ],
)
def test_updates_keep_the_ratio(name: str, utd_ratio: float, training_steps: int, updates: int, allowed: bool) -> None:
    pipeline = make(name, utd_ratio=utd_ratio)
    assert pipeline.may_update(updates=updates, training_steps=training_steps) == allowed


@pytest.mark.parametrize(
    ("utd_ratio", "updates", "budget"),
    [(4.0, 0, 220), (4.0, 3, 220), (4.0, 4, 221), (4.0, 400, 320), (0.5, 1, 222), (0.5, 10, 240)],
)
def test_paced_robots_wait_for_the_updates(utd_ratio: float, updates: int, budget: int) -> None:
    assert make("paced", utd_ratio=utd_ratio).step_budget(updates=updates) == budget


def test_asynchronous_robots_never_wait() -> None:
    assert make("asynchronous").step_budget(updates=0) == -1


def test_synchronous_robots_do_one_episode_after_each_synchronisation() -> None:
    pipeline = make("synchronous")
    assert pipeline.step_budget(updates=0) == 200
    assert not pipeline.due_for_sync(updates=0, training_steps=150)
    assert not pipeline.due_for_sync(updates=0, training_steps=230)
    assert not pipeline.due_for_sync(updates=119, training_steps=230)
    assert pipeline.due_for_sync(updates=120, training_steps=230)
    pipeline.synchronise(training_steps=230)
    assert pipeline.step_budget(updates=120) == 231
    assert not pipeline.due_for_sync(updates=120, training_steps=230)
    assert not pipeline.due_for_sync(updates=120, training_steps=260)
    assert pipeline.due_for_sync(updates=240, training_steps=260)


def test_synchronisation_survives_a_restart() -> None:
    before, after = make("synchronous"), make("synchronous")
    before.synchronise(training_steps=321)
    after.restore(before.state())
    assert after.step_budget(updates=0) == 322


@pytest.mark.parametrize(("slack", "at_once", "utd_ratio"), [(2, 8, 4.0), (20, 8, 0.4), (1, 1, 1.0)])
def test_slack_that_would_deadlock_is_refused(slack: int, at_once: int, utd_ratio: float) -> None:
    with pytest.raises(ConfigurationError, match="slack_steps"):
        make("paced", slack=slack, at_once=at_once, utd_ratio=utd_ratio)


@pytest.mark.parametrize(("slack", "at_once", "utd_ratio"), [(3, 8, 4.0), (21, 8, 0.4), (2, 1, 1.0)])
def test_least_slack_is_accepted(slack: int, at_once: int, utd_ratio: float) -> None:
    make("paced", slack=slack, at_once=at_once, utd_ratio=utd_ratio)


@pytest.mark.parametrize("name", ["asynchronous", "paced", "synchronous"])
def test_a_ratio_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="utd_ratio"):
        make(name, utd_ratio=0.0)


def test_offline_learning_allows_no_training_step_and_ends_after_its_updates() -> None:
    config = PipelineConfig(name="paced", slack_steps=20, updates_at_once=8)
    pipeline = make_pipeline(config=config, utd_ratio=1.0, offline_updates=3)
    assert pipeline.requires_version
    assert [pipeline.may_update(updates=done, training_steps=0) for done in (0, 2, 3)] == [True, True, False]
    assert [pipeline.done(updates=done) for done in (0, 2, 3)] == [False, False, True]
    assert pipeline.step_budget(updates=0) == pipeline.step_budget(updates=3) == 0
    assert not make("paced").done(updates=10**6)
