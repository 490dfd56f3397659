"""A reward that comes from another process: when it is known, what waits for it, and what happens without it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.environment_bench import LOCKSTEP, REAL_ARM, Bench
from user_core.types import Outcome, StepType
from user_hardware.environment.arbiter import ControlState

BY_CLASSIFIER: dict[str, Any] = {"reward.name": "classifier", "reward.consecutive": 1, "cameras.names": ["wrist"]}


def real_bench(**settings: Any) -> Bench:
    bench = Bench({**BY_CLASSIFIER, **{k.replace("__", "."): v for k, v in settings.items()}}, base=REAL_ARM)
    bench.start_episode()
    return bench


def lockstep_bench(**settings: Any) -> Bench:
    bench = Bench({**BY_CLASSIFIER, **{k.replace("__", "."): v for k, v in settings.items()}}, base=LOCKSTEP)
    poll(bench)
    for _ in range(10):
        if bench.loop.attempt is not None:
            return bench
        world_answers(bench)
    raise AssertionError(bench.loop.prompt)


def poll(bench: Bench, seconds: float = 0.02) -> None:
    assert bench.environment.lockstep is not None
    bench.pass_time(seconds)
    bench.environment.lockstep.poll()


def world_answers(bench: Bench) -> None:
    assert bench.environment.lockstep is not None
    bench.reply(bench.calls[-1])
    bench.environment.lockstep.pump()


def begun(bench: Bench) -> Bench:
    """Let the first action be taken: o_0 has been judged, however."""
    bench.estimates(0.0)
    bench.answer()
    return bench


def test_record_k_has_the_reward_of_the_observation_at_k_plus_1() -> None:
    bench = begun(real_bench())
    bench.tick()
    assert bench.output.observations[-1].step == 1
    assert bench.output.records == []
    bench.estimates(0.9)
    assert [record.observation.step for record in bench.output.records] == [0, 1]
    first, last = bench.output.records
    assert (first.reward, first.success, first.discount, first.reward_source) == (1.0, True, 0.0, "classifier")
    assert last.step_type is StepType.LAST and last.terminated and last.outcome == Outcome.SUCCESS


def test_an_answer_that_comes_before_the_estimate_is_acted_on_with_it() -> None:
    bench = begun(real_bench())
    bench.tick()
    sent = len(bench.robot.targets)
    bench.answer()
    assert len(bench.robot.targets) == sent
    bench.estimates(0.1)
    assert len(bench.robot.targets) == sent + 1
    assert bench.output.records[-1].reward == 0.0


def test_an_estimate_that_is_late_counts_as_none_and_the_answer_is_acted_on_at_the_deadline() -> None:
    bench = begun(real_bench())
    bench.tick()
    bench.answer()
    assert bench.environment.real_time is not None
    bench.environment.real_time.on_deadline()
    record = bench.output.records[-1]
    assert (record.observation.step, record.reward, record.success) == (0, 0.0, False)
    assert bench.loop.deadline_misses == 0
    bench.estimates(0.9)  # of step 1, which has been settled without it
    assert bench.loop.attempt is not None
    bench.tick()
    bench.estimates(0.9)
    summary = bench.output.summaries[-1]
    assert dict(zip(summary.safety_events, summary.safety_counts, strict=True))["reward_estimate_missed"] == 1


def test_an_estimate_of_another_step_is_not_used() -> None:
    bench = begun(real_bench())
    bench.tick()
    bench.estimates(1.0, step=0)
    assert bench.output.records == [] and bench.loop.attempt is not None


@pytest.mark.parametrize("consecutive", [1, 2])
def test_a_classifier_that_is_fooled_at_step_0_rewards_nothing(consecutive: int) -> None:
    bench = real_bench(reward__consecutive=consecutive)
    bench.estimates(1.0)
    bench.answer()
    bench.tick()
    bench.estimates(1.0 if consecutive == 2 else 0.0)
    assert [record.reward for record in bench.output.records] == [0.0]
    assert bench.loop.attempt is not None


def test_no_action_is_taken_before_the_classifier_has_been_heard_and_people_are_told() -> None:
    bench = real_bench()
    bench.answer()
    assert bench.output.records == [] and bench.loop.attempt is not None and not bench.loop.attempt.started
    bench.tick()
    assert "waiting for reward_node" in bench.loop.prompt
    bench.estimates(float("nan"), reason="the classifier was trained for cameras a, this environment has b")
    bench.tick()
    assert "trained for cameras a, this environment has b" in bench.loop.prompt
    assert not bench.loop.attempt.started


def test_lockstep_waits_for_the_estimate_and_asks_again() -> None:
    bench = begun(lockstep_bench())
    world_answers(bench)
    bench.answer()
    observations, calls = len(bench.output.observations), len(bench.calls)
    poll(bench, 0.5)
    assert bench.output.records == [] and len(bench.calls) == calls
    poll(bench, 1.0)
    assert len(bench.output.observations) == observations + 1
    bench.estimates(0.2)
    assert [record.observation.step for record in bench.output.records] == [0]
    assert len(bench.calls) == calls + 1


def test_a_silent_classifier_is_a_hold_that_says_so() -> None:
    bench = begun(lockstep_bench(reward__silence_s=3.0))
    world_answers(bench)
    bench.answer()
    for _ in range(8):
        poll(bench, 0.5)
    summary = bench.output.summaries[-1]
    assert summary.outcome is Outcome.INCOMPLETE and "no estimate of reward_node for 3 s" in summary.reason


def test_a_first_action_that_is_long_in_coming_is_no_silence_of_the_classifier() -> None:
    bench = lockstep_bench(reward__silence_s=3.0)
    bench.estimates(0.0)
    for _ in range(8):
        poll(bench, 0.5)
    bench.answer()
    world_answers(bench)
    poll(bench, 0.5)
    assert bench.loop.attempt is not None and bench.output.summaries == []


def test_a_task_may_go_on_by_pose_without_its_classifier() -> None:
    bench = begun(lockstep_bench(reward__silence_s=3.0, reward__fallback="pose"))
    world_answers(bench)
    bench.answer()
    for _ in range(8):
        poll(bench, 0.5)
    assert bench.loop.state is ControlState.AUTONOMOUS
    assert bench.output.records[-1].reward_source == "pose"
