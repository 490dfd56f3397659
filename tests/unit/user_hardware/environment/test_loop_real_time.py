"""The loop in real time: ticks, answers, deadlines, ends, holds."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.environment_bench import Bench, action
from user_core.transforms import add_delta
from user_core.types import ActionSource, Mode, Outcome, SafetyFlag, StepType
from user_hardware.environment.arbiter import ControlState
from user_hardware.environment.goal import Goal, GoalProgress
from user_hardware.environment.hold import HoldCause


def test_it_comes_up_in_hold_and_sends_nothing_until_resume() -> None:
    bench = Bench()
    bench.ticks(20)
    assert bench.loop.state is ControlState.HOLD
    assert bench.robot.targets == []
    assert bench.loop.resume() == ""


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


def test_an_observation_that_is_not_finite_holds_the_arm() -> None:
    bench = Bench()
    bench.start_episode()
    bench.step()
    bench.robot.wrench = np.array([0.0, 0.0, 0.0, 0.0, 0.0, np.nan])
    bench.answer()
    bench.tick()
    assert bench.loop.state is ControlState.HOLD
    assert bench.output.summaries[-1].outcome is Outcome.INCOMPLETE
    assert all(np.all(np.isfinite(record.observation.state)) for record in bench.output.records)


def test_a_lost_pose_stops_the_targets_and_ends_the_episode() -> None:
    bench = Bench()
    bench.start_episode()
    bench.step()
    sent = len(bench.robot.targets)
    bench.pass_time(0.3)
    bench.loop.check_pose_age()
    assert bench.loop.state is ControlState.HOLD
    bench.tick(deliver=False)
    assert len(bench.robot.targets) == sent
    assert "pose" in bench.loop.prompt


def test_a_missing_camera_is_named_and_holds() -> None:
    bench = Bench()
    bench.robot.deliver()
    bench.gripper.deliver()
    bench.tick(deliver=False)
    assert bench.loop.state is ControlState.HOLD
    assert "wrist_camera/color/image_raw (sensor_msgs/msg/Image)" in bench.loop.prompt
    assert "wrist_camera" in bench.loop.resume()


def test_a_camera_that_repeats_its_pixels_while_the_tool_moves_is_not_trained_on() -> None:
    bench = Bench()
    bench.start_episode()
    frozen = np.full((8, 8, 3), 7, np.uint8)
    for _ in range(4):
        bench.answer(action(x=0.5))
        bench.pass_time(0.1)
        bench.robot.settle()
        bench.robot.deliver()
        bench.gripper.deliver()
        bench.cameras["wrist"].deliver(image=frozen)
        assert bench.environment.real_time is not None
        bench.environment.real_time.on_tick()
    assert bench.loop.state is ControlState.HOLD
    assert bench.loop.held is not None and "same pixels" in bench.loop.held.reason


def test_the_wrench_limit_retreats_and_holds() -> None:
    bench = Bench()
    bench.start_episode()
    bench.step()
    height = bench.robot.pose.position[2]
    bench.robot.wrench = np.array([0.0, 0.0, 100.0, 0.0, 0.0, 0.0])
    bench.robot.deliver()
    bench.loop.on_wrench()
    assert bench.loop.state is ControlState.HOLD
    assert bench.robot.targets[-1].position[2] == pytest.approx(height + bench.config.guard.retreat_m)
    assert bench.output.summaries[-1].outcome is Outcome.INCOMPLETE
    assert "wrench_limit" in bench.output.summaries[-1].safety_events
    assert SafetyFlag.WRENCH_LIMIT in bench.output.records[-1].safety_flags


def evaluate(bench: Bench, seeds: tuple[int, ...] = (1,), mode: Mode = Mode.EVALUATE) -> tuple[list[object], list[str]]:
    results: list[object] = []
    reasons: list[str] = []
    goal = Goal(mode=mode, seeds=seeds, deterministic=True, policy_version="", evaluation="evaluation")
    bench.environment.schedule.set_goal(
        GoalProgress(goal=goal, report=results.append, finish=lambda _, reason: reasons.append(reason))
    )
    return results, reasons


def test_in_an_evaluation_the_wrench_limit_is_a_failure() -> None:
    bench = Bench()
    results, reasons = evaluate(bench)
    bench.start_episode()
    bench.step()
    bench.robot.wrench = np.array([0.0, 0.0, 100.0, 0.0, 0.0, 0.0])
    bench.robot.deliver()
    bench.loop.on_wrench()
    assert bench.output.summaries[-1].outcome is Outcome.FAILURE
    assert bench.output.records[-1].terminated
    assert reasons == [""] and len(results) == 1


def test_a_goal_takes_the_place_of_a_training_episode_that_has_not_begun() -> None:
    bench = Bench()
    bench.start_episode()
    evaluate(bench)
    bench.ticks(60)
    assert bench.output.observations[-1].mode is Mode.EVALUATE
    assert bench.output.records == []


def test_a_policy_that_lacks_the_version_asked_for_ends_the_attempt_after_its_patience() -> None:
    bench = Bench({"timing.policy_patience_s": 2.0})
    results: list[object] = []
    goal = Goal(mode=Mode.EVALUATE, seeds=(1,), deterministic=True, policy_version="imitation", evaluation="e")
    bench.environment.schedule.set_goal(GoalProgress(goal=goal, report=results.append, finish=lambda *_: None))
    bench.start_episode()
    bench.refuse("no weights named imitation")
    bench.ticks(10)
    assert results == []
    bench.refuse("no weights named imitation")
    bench.ticks(15)
    assert len(results) == 1


def test_a_pause_longer_than_people_stay_ends_in_hold() -> None:
    bench = Bench({"timing.attended_pause_s": 5.0})
    bench.output.full = "no room"
    bench.tick()
    bench.loop.resume()
    bench.ticks(20)
    assert bench.loop.state is ControlState.WAITING and bench.loop.prompt == "no room"
    bench.ticks(40)
    assert bench.loop.state is ControlState.HOLD
    assert bench.loop.held is not None and bench.loop.held.cause is HoldCause.PAUSE


def test_a_tool_far_outside_the_box_is_never_pulled_inside() -> None:
    bench = Bench()
    bench.robot.pose = type(bench.robot.pose)(
        position=bench.robot.pose.position + np.array([0.2, 0.0, 0.0]), quaternion=bench.robot.pose.quaternion
    )
    bench.tick()
    assert "outside the workspace box" in bench.loop.resume()
    assert "150 mm outside" in bench.loop.prompt
    assert bench.robot.targets == []


def test_after_a_hold_the_target_starts_from_the_measured_pose() -> None:
    bench = Bench()
    bench.start_episode()
    bench.step(action(x=1.0))
    bench.loop.hold("a person says so", cause=HoldCause.PERSON)
    np.testing.assert_allclose(bench.robot.targets[-1].position, bench.robot.pose.position)
    bench.robot.pose = bench.robot.target = bench.spec.nominal_target
    bench.tick()
    bench.loop.resume()
    bench.tick()
    bench.tick()
    jump = np.linalg.norm(bench.robot.targets[-1].position - bench.spec.nominal_target.position)
    assert jump <= bench.config.reset.speed_m_s * bench.config.period_s * 2 + 1e-6


def test_a_persons_hold_is_never_undone_by_automatic_resume() -> None:
    bench = Bench(
        {"resume": "automatic", "simulation.enabled": True, "simulation.real_time_factor": 1.0, "reset.method": "legs"}
    )
    bench.ticks(2)
    assert bench.loop.state is not ControlState.HOLD
    bench.loop.hold("held by a person", cause=HoldCause.PERSON)
    bench.ticks(50)
    assert bench.loop.state is ControlState.HOLD
    assert bench.loop.resume() == ""


def test_another_publisher_of_targets_holds_the_arm_and_is_named() -> None:
    bench = Bench()
    bench.start_episode()
    bench.step()
    bench.environment.publishers.on_count(2, now_s=bench.wall_s)
    sent = len(bench.robot.targets)
    bench.answer()
    bench.tick()
    assert bench.loop.state is ControlState.HOLD
    assert "target_pose" in bench.loop.prompt
    assert len(bench.robot.targets) == sent + 1


def test_an_image_of_another_size_never_reaches_a_record() -> None:
    bench = Bench()
    bench.start_episode()
    bench.step()
    bench.answer()
    bench.pass_time(0.1)
    bench.robot.deliver()
    bench.gripper.deliver()
    bench.cameras["wrist"].deliver(image=np.zeros((9, 8, 3), np.uint8))
    assert bench.environment.real_time is not None
    bench.environment.real_time.on_tick()
    assert bench.loop.state is ControlState.HOLD
    assert bench.loop.held is not None and "(8, 8, 3)" in bench.loop.held.reason
    assert all(record.observation.images[0].shape == (8, 8, 3) for record in bench.output.records)
