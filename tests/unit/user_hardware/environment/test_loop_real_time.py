"""The loop in real time: ticks, answers, deadlines, ends."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.environment_bench import Bench, action
from user_core.transforms import add_delta
from user_core.types import ActionSource, Outcome, SafetyFlag, StepType
from user_hardware.environment.arbiter import ControlState


def test_each_step_becomes_one_record_with_its_reward_and_successor() -> None:
    bench = Bench()
    bench.start_episode()
    for _ in range(3):
        bench.step(action(x=0.5))
    steps = [record.observation.step for record in bench.output.records]
    assert steps == [0, 1, 2]
    assert [record.step_type for record in bench.output.records] == [StepType.FIRST, StepType.MIDDLE, StepType.MIDDLE]
    assert {record.action_source for record in bench.output.records} == {ActionSource.POLICY}
    assert {record.discount for record in bench.output.records} == {1.0}
    np.testing.assert_allclose(bench.output.records[1].executed_action, action(x=0.5), atol=1e-4)


def test_nothing_is_missed_before_the_first_answer_and_the_observation_is_sent_each_second() -> None:
    bench = Bench()
    bench.start_episode()
    bench.ticks(35)
    assert bench.loop.deadline_misses == 0
    assert bench.loop.state is ControlState.AUTONOMOUS
    assert len(bench.output.observations) == 4
    assert {observation.step for observation in bench.output.observations} == {0}
    assert "waiting for policy" in bench.loop.prompt


def test_a_first_answer_that_is_late_starts_the_episodes_time() -> None:
    bench = Bench()
    bench.start_episode()
    assert bench.environment.real_time is not None
    bench.ticks(5)
    bench.pass_time(0.03)
    restart = bench.environment.real_time.on_answer(bench.chunk())
    assert restart
    assert bench.environment.real_time.schedule.next_s == pytest.approx(bench.wall_s + 0.1)
    bench.tick()
    for _ in range(bench.config.task.max_episode_steps - 1):
        bench.step()
    np.testing.assert_allclose(bench.output.summaries[-1].tick_period_s, 0.1, atol=1e-6)
    assert bench.output.summaries[-1].duration_s == pytest.approx(10.0)


def test_an_answer_in_time_does_not_move_the_ticks() -> None:
    bench = Bench()
    bench.start_episode()
    assert bench.environment.real_time is not None
    bench.pass_time(0.02)
    assert not bench.environment.real_time.on_answer(bench.chunk())


def test_a_missed_deadline_keeps_the_target_and_is_marked() -> None:
    bench = Bench()
    bench.start_episode()
    bench.step(action(x=1.0))
    before = bench.robot.target
    assert bench.environment.real_time is not None
    bench.environment.real_time.on_deadline()
    assert before is not None and bench.robot.target is not None
    np.testing.assert_allclose(bench.robot.target.position, before.position, atol=1e-9)
    bench.tick()
    record = bench.output.records[-1]
    assert record.action_source is ActionSource.HOLD
    assert SafetyFlag.DEADLINE_MISSED in record.safety_flags
    assert record.policy_action.size == 0


def test_an_answer_after_the_deadline_is_discarded() -> None:
    bench = Bench()
    bench.start_episode()
    bench.step()
    late = bench.chunk(action(x=1.0))
    assert bench.environment.real_time is not None
    bench.environment.real_time.on_deadline()
    sent = len(bench.robot.targets)
    bench.environment.real_time.on_answer(late)
    assert len(bench.robot.targets) == sent
    bench.tick()
    assert bench.output.records[-1].action_source is ActionSource.HOLD


def test_three_deadlines_missed_in_a_row_hold_the_arm_and_leave_the_episode_incomplete() -> None:
    bench = Bench()
    bench.start_episode()
    bench.step()
    bench.ticks(3)
    assert bench.loop.state is ControlState.HOLD
    assert bench.output.summaries[-1].outcome is Outcome.INCOMPLETE
    last = bench.output.records[-1]
    assert last.step_type is StepType.LAST and not last.terminated and not last.truncated


def test_the_time_limit_truncates_and_still_bootstraps() -> None:
    bench = Bench({"task.max_episode_steps": 3})
    bench.start_episode()
    for _ in range(3):
        bench.step()
    before, last = bench.output.records[-2:]
    assert before.discount == 1.0
    assert last.truncated and not last.terminated and last.outcome == Outcome.TIMEOUT
    assert bench.output.summaries[-1].length == 3


def test_success_terminates_with_discount_zero() -> None:
    bench = Bench({"reward.hold_ticks": 1})
    bench.start_episode()
    bench.step()
    bench.answer()
    bench.robot.target = bench.spec.nominal_target
    bench.tick()
    before, last = bench.output.records[-2:]
    assert before.success and before.reward == 1.0 and before.discount == 0.0
    assert last.terminated and last.outcome == Outcome.SUCCESS
    assert last.executed_action.size == 0


def test_success_ends_an_episode_whatever_its_reward_is() -> None:
    bench = Bench({"reward.name": "dense", "reward.dense_scale": 5.0, "reward.hold_ticks": 1})
    bench.start_episode()
    bench.answer()
    bench.robot.target = add_delta(bench.spec.nominal_target, np.array([0.004, 0, 0, 0, 0, 0]))
    bench.tick()
    before, last = bench.output.records[-2:]
    assert before.reward < 0 and before.success
    assert last.outcome == Outcome.SUCCESS


def test_the_next_episode_begins_by_itself_after_a_success() -> None:
    bench = Bench({"task.max_episode_steps": 2})
    bench.start_episode()
    first = bench.output.observations[-1].episode
    for _ in range(2):
        bench.step()
    for _ in range(60):
        bench.tick()
    assert bench.output.observations[-1].episode != first
    assert bench.output.observations[-1].step == 0


def test_the_version_that_answers_first_is_pinned_for_the_episode() -> None:
    bench = Bench()
    bench.start_episode()
    assert bench.output.observations[-1].policy_version == ""
    bench.answer(version="2.30")
    bench.tick()
    assert bench.output.observations[-1].policy_version == "2.30"
    bench.answer(version="2.31")
    assert bench.loop.rejected_actions == 1


def test_an_action_that_is_not_finite_is_dropped_and_counted() -> None:
    bench = Bench()
    bench.start_episode()
    bench.step()
    sent = len(bench.robot.targets)
    bench.answer(action(x=float("nan")))
    assert len(bench.robot.targets) == sent
    assert bench.loop.rejected_actions == 1
    assert "finite" in bench.loop.prompt


def test_an_answer_of_another_episode_changes_nothing() -> None:
    bench = Bench()
    bench.start_episode()
    sent = len(bench.robot.targets)
    bench.answer(episode="another")
    bench.answer(source="another")
    assert len(bench.robot.targets) == sent
