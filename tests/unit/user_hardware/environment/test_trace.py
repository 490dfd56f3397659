"""Each record has a trace that names what it was made from."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.support.environment_bench import REAL_ARM, Bench, action
from user_core.types import Outcome, StepType


def test_every_record_has_the_trace_of_its_samples_and_of_its_target() -> None:
    bench = Bench()
    bench.start_episode()
    for _ in range(bench.config.task.max_episode_steps):
        bench.step(action(x=0.1))
    records, traces = bench.output.records, bench.output.traces
    assert len(traces) == len(records) == bench.config.task.max_episode_steps + 1
    sent = bench.robot.target_stamps_ns
    for record, trace in zip(records, traces, strict=True):
        named = {sample.stream: sample for sample in trace.streams}
        assert trace.record.observation.step == record.observation.step
        assert all(named[sample.stream] == sample for sample in record.observation.streams)
        assert "task_target" in named
        last = record.step_type is StepType.LAST
        assert trace.target_stamp_ns == 0 if last else trace.target_stamp_ns in sent
    assert len({trace.target_stamp_ns for trace in traces}) == len(traces)


def test_trace_of_an_episode_that_broke_off_names_the_samples_of_its_last_observation() -> None:
    bench = Bench()
    bench.start_episode()
    for _ in range(3):
        bench.step(action(x=0.1))
    bench.answer(action(x=0.1))
    bench.loop.hold("a test")
    assert [trace.record.observation.step for trace in bench.output.traces] == [0, 1, 2, 3]
    last = bench.output.traces[-1]
    assert last.record.outcome == Outcome.INCOMPLETE
    assert {sample.stream for sample in last.streams} >= {"current_pose", "wrist"}


def test_trace_carries_the_bias_and_the_gripper_that_stood() -> None:
    bench = Bench()
    bench.robot.wrench = np.arange(6.0)
    bench.start_episode()
    bench.step(action(x=0.1))
    (trace,) = bench.output.traces
    assert trace.wrench_bias == pytest.approx(tuple(range(6)))
    assert trace.gripper_command == bench.config.reset.gripper and not math.isnan(trace.gripper_command)


def test_trace_carries_what_a_person_and_a_classifier_said_of_the_step() -> None:
    bench = Bench({"reward.name": "classifier", "reward.consecutive": 3, "cameras.names": ["wrist"]}, base=REAL_ARM)
    bench.start_episode()
    bench.estimates(0.0)
    bench.answer()
    bench.tick()
    bench.estimates(0.7)
    (trace,) = bench.output.traces
    assert trace.reward_probability == pytest.approx(0.7) and 0 < trace.reward_threshold < 1
    assert trace.mark == ""
