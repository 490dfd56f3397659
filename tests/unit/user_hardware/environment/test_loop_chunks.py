"""The loop with action chunks: planned steps, late answers, take-over in mid-chunk."""

from __future__ import annotations

import numpy as np

from tests.support.environment_bench import Bench, action
from user_core.types import NO_PLAN, ActionSource, SafetyFlag, StateArray
from user_hardware.environment.arbiter import ControlState
from user_hardware.environment.attempt import SPARE_ACTION

H = 6


def ramp(start: float = 0.0) -> StateArray:
    """A chunk (H, A) that asks for x = start, start + 0.1, ..."""
    return np.stack([action(x=start + 0.1 * index) for index in range(H)])


def executed_x(bench: Bench) -> list[float]:
    return [round(float(record.executed_action[0]), 3) for record in bench.output.records]


def started(*, execute: int = 0, delay_s: float = 0.02) -> Bench:
    """An episode whose first answer, a ramp from 0, has just been taken."""
    bench = Bench()
    bench.start_episode()
    bench.pass_time(delay_s)
    bench.answer(ramp(), execute=execute)
    return bench


def test_planned_steps_are_acted_on_at_the_tick_without_an_answer() -> None:
    bench = started()
    bench.ticks(H - 1)
    sent = len(bench.robot.targets)
    bench.tick()
    assert executed_x(bench) == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert len(bench.robot.targets) == sent  # the seventh step waits
    assert bench.loop.deadline_misses == 0
    for record in bench.output.records:
        assert record.action_source is ActionSource.POLICY
        assert record.policy_version == "1.1"
        np.testing.assert_allclose(record.policy_action, record.executed_action, atol=1e-4)


def test_each_observation_says_how_much_is_planned_and_how_late_answers_are() -> None:
    bench = started(execute=4, delay_s=0.05)
    bench.ticks(5)
    said = [(one.planned_steps, one.delay_steps) for one in bench.output.observations[-5:]]
    assert said == [(3, 1), (2, 1), (1, 1), (0, 1), (0, 1)]


def test_a_delay_is_measured_from_the_observation_to_its_answer() -> None:
    bench = started()
    bench.tick()
    late = bench.chunk(ramp(0.1))
    bench.ticks(3)
    assert bench.environment.real_time is not None
    bench.pass_time(0.01)
    bench.environment.real_time.on_answer(late)
    bench.tick()
    assert bench.output.observations[-1].delay_steps == 4


def test_a_new_chunk_replaces_the_old_one_from_the_step_at_which_it_arrives() -> None:
    bench = started()
    bench.ticks(2)
    next_chunk = bench.chunk(ramp(-0.5))
    bench.tick()
    assert bench.environment.real_time is not None
    bench.environment.real_time.on_answer(next_chunk)
    bench.ticks(2)
    # Step 3 had been acted on when the answer to step 2 came; the answer's own third action is for step 4.
    assert executed_x(bench) == [0.0, 0.1, 0.2, 0.3, -0.3]


def test_a_late_successor_is_waited_for_until_the_deadline_then_the_spare_acts() -> None:
    bench = started(execute=2)
    bench.ticks(2)
    assert bench.environment.real_time is not None
    sent = len(bench.robot.targets)
    bench.environment.real_time.on_deadline()
    assert len(bench.robot.targets) == sent + 1
    bench.tick()
    record = bench.output.records[-1]
    assert record.observation.step == 2
    assert record.action_source is ActionSource.POLICY
    assert SafetyFlag.DEADLINE_MISSED not in record.safety_flags
    assert executed_x(bench) == [0.0, 0.1, 0.2]
    assert bench.loop.deadline_misses == 0
    assert bench.loop.attempt is not None
    bench.ticks(3)
    assert bench.loop.deadline_misses == 0
    bench.ticks(1)
    assert bench.loop.deadline_misses == 1
    bench.loop.hold("enough")
    summary = bench.output.summaries[-1]
    assert dict(zip(summary.safety_events, summary.safety_counts, strict=True))[SPARE_ACTION] == 4


def test_a_spare_that_a_person_acts_instead_of_is_not_counted() -> None:
    bench = started(execute=2)
    bench.device.hold(twist=np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0]))
    bench.tick()
    bench.answer(ramp(), execute=2)
    bench.ticks(4)
    assert bench.output.records[-1].action_source is ActionSource.HUMAN
    assert bench.output.records[-1].policy_action.size
    bench.loop.hold("enough")
    assert SPARE_ACTION not in bench.output.summaries[-1].safety_events


def test_an_answer_before_the_deadline_goes_before_the_spare() -> None:
    bench = started(execute=2)
    bench.ticks(2)
    bench.pass_time(0.03)
    bench.answer(ramp(-0.5))
    bench.tick()
    assert executed_x(bench)[-1] == -0.5


def test_a_take_over_in_mid_chunk_discards_the_rest() -> None:
    bench = started()
    bench.ticks(2)
    bench.device.hold(twist=np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0]))
    bench.tick()
    assert bench.loop.state is ControlState.TAKEOVER
    assert bench.output.observations[-1].planned_steps == NO_PLAN
    bench.answer(ramp(-0.4))
    bench.tick()
    human = bench.output.records[-1]
    assert human.action_source is ActionSource.HUMAN
    np.testing.assert_allclose(human.policy_action[0], -0.4, atol=1e-6)
    np.testing.assert_allclose(human.executed_action[:2], [0.0, 1.0], atol=0.5)
    assert bench.output.observations[-1].planned_steps == NO_PLAN
    bench.device.release()
    for _ in range(bench.config.arbiter.hold_ticks + bench.config.arbiter.blend_ticks + 1):
        bench.answer(ramp(-0.2))
        bench.tick()
    assert bench.output.records[-1].action_source is ActionSource.POLICY
    assert executed_x(bench)[-1] == -0.1  # planned a step before


def test_a_slow_policy_takes_the_arm_back_with_what_it_said_while_the_person_moved() -> None:
    bench = started()
    bench.tick()
    bench.device.hold(twist=np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0]))
    bench.tick()
    during = bench.chunk(ramp(0.2))
    bench.ticks(3)
    assert bench.environment.real_time is not None
    bench.environment.real_time.on_answer(during)
    bench.device.release()
    misses = bench.loop.deadline_misses
    while bench.loop.state is ControlState.TAKEOVER:
        during = bench.chunk(ramp(0.2))
        bench.tick()
        bench.environment.real_time.on_answer(during)
    bench.ticks(2)
    assert bench.loop.deadline_misses == misses
    assert bench.output.records[-1].action_source is ActionSource.BLEND
