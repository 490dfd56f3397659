"""Episodes of a goal in the loop: how they end, and what its sender hears."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.environment_bench import CONTACT, Bench
from user_core.transforms import FloatArray, Pose
from user_core.types import Mode, Outcome, StepType
from user_hardware.environment.goal import EpisodeResult, Goal, GoalProgress


def evaluate(bench: Bench) -> tuple[list[EpisodeResult], list[str]]:
    results: list[EpisodeResult] = []
    reasons: list[str] = []
    goal = Goal(mode=Mode.EVALUATE, seeds=(1,), deterministic=True, policy_version="", evaluation="evaluation")
    bench.environment.schedule.set_goal(
        GoalProgress(goal=goal, report=results.append, finish=lambda _, reason: reasons.append(reason))
    )
    return results, reasons


def test_in_an_evaluation_the_wrench_limit_is_a_failure() -> None:
    bench = Bench()
    results, reasons = evaluate(bench)
    bench.start_episode()
    bench.step()
    bench.feel(CONTACT)
    assert bench.output.summaries[-1].outcome is Outcome.FAILURE
    assert bench.output.records[-1].terminated
    assert reasons == [""] and len(results) == 1


def test_in_an_evaluation_a_tool_that_leaves_the_workspace_has_failed() -> None:
    bench = Bench()
    results, reasons = evaluate(bench)
    bench.start_episode()
    bench.step()
    pose = bench.robot.pose
    bench.robot.target = Pose(
        position=pose.position + [0.2, 0.0, 0.0], quaternion=pose.quaternion
    )  # it is pushed there
    bench.tick()
    assert bench.output.summaries[-1].outcome is Outcome.FAILURE
    assert reasons == [""] and len(results) == 1


def test_in_an_evaluation_a_dead_force_sensor_is_no_failure() -> None:
    bench = Bench()
    results, reasons = evaluate(bench)
    bench.start_episode()
    bench.step()
    bench.feel(np.full(6, np.nan))
    assert bench.output.summaries[-1].outcome is Outcome.INCOMPLETE
    assert [result.counts for result in results] == [False] and reasons == []


@pytest.mark.parametrize(("wrench", "outcome"), [(CONTACT, Outcome.FAILURE), (None, Outcome.INCOMPLETE)])
def test_an_episode_that_breaks_off_at_its_first_step_has_begun(wrench: FloatArray | None, outcome: Outcome) -> None:
    bench = Bench()
    results, _ = evaluate(bench)
    bench.start_episode()
    bench.answer()
    if wrench is None:
        bench.loop.hold("the network is gone")
    else:
        bench.feel(wrench)
    (record,) = bench.output.records
    assert record.step_type is StepType.LAST and record.observation.step == 0
    assert bench.output.summaries[-1].length == 0 and bench.output.summaries[-1].outcome is outcome
    assert [(result.outcome, result.actions) for result in results] == [(outcome, 1)]


def test_an_episode_that_never_began_has_no_action_and_no_summary() -> None:
    bench = Bench()
    results, _ = evaluate(bench)
    bench.start_episode()
    bench.loop.hold("the network is gone")
    assert bench.output.records == [] and bench.output.summaries == []
    assert [(result.outcome, result.actions) for result in results] == [(Outcome.INCOMPLETE, 0)]


def test_a_goal_takes_the_place_of_a_training_episode_that_has_not_begun() -> None:
    bench = Bench()
    bench.start_episode()
    evaluate(bench)
    bench.ticks(60)
    assert bench.output.observations[-1].mode is Mode.EVALUATE
    assert bench.output.records == []


def test_a_policy_that_lacks_the_version_asked_for_ends_the_attempt_after_its_patience() -> None:
    bench = Bench({"timing.policy_patience_s": 2.0})
    results: list[EpisodeResult] = []
    goal = Goal(mode=Mode.EVALUATE, seeds=(1,), deterministic=True, policy_version="imitation", evaluation="e")
    bench.environment.schedule.set_goal(GoalProgress(goal=goal, report=results.append, finish=lambda *_: None))
    bench.start_episode()
    bench.refuse("no weights named imitation")
    bench.ticks(10)
    assert results == []
    bench.refuse("no weights named imitation")
    bench.ticks(15)
    assert len(results) == 1
