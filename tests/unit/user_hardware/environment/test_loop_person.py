"""A person in the loop in real time: the last step, and the gripper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.environment_bench import Bench, action
from user_core.transforms import FloatArray
from user_core.types import ActionSource, Mode, Outcome
from user_hardware.environment.goal import Goal, GoalProgress

PUSH = np.array([0.5, 0.0, 0.0, 0.0, 0.0, 0.0])
WITH_GRIPPER: dict[str, Any] = {"action.names": ["x", "y", "z", "gripper"], "teleop.open_button": 2}
OPEN_BUTTON = (False, False, True)


def act(bench: Bench, *, twist: FloatArray | None = None, buttons: tuple[bool, ...] = (True,)) -> None:
    """Let the person do something for one step."""
    bench.device.hold(twist=twist, buttons=buttons)
    bench.tick()


def collect(bench: Bench) -> None:
    goal = Goal(mode=Mode.COLLECT, seeds=(1,), deterministic=True, policy_version="", evaluation="")
    bench.environment.schedule.set_goal(GoalProgress(goal=goal, report=lambda _: None, finish=lambda *_: None))
    bench.start_episode()


def test_a_persons_action_at_the_last_step_is_recorded_and_then_the_episode_ends() -> None:
    bench = Bench({"task.max_episode_steps": 3})
    bench.start_episode()
    bench.step()
    bench.answer()
    act(bench, twist=PUSH)
    act(bench, twist=PUSH)
    before, last = bench.output.records[-2:]
    assert before.observation.step == 2 and before.action_source is ActionSource.HUMAN
    np.testing.assert_allclose(before.executed_action, action(x=0.5), atol=1e-6)
    assert last.truncated and last.observation.step == 3
    assert bench.loop.attempt is None
    summary = bench.output.summaries[-1]
    assert summary.outcome is Outcome.TIMEOUT and summary.human_steps == 1 and summary.interventions == 1


@pytest.mark.parametrize("standing", [False, True])
def test_the_gripper_that_a_person_opened_is_recorded_as_open_until_somebody_closes_it(standing: bool) -> None:
    bench = Bench(WITH_GRIPPER)
    collect(bench)
    act(bench, buttons=OPEN_BUTTON)
    for _ in range(3):
        act(bench, twist=None if standing else PUSH)
    assert bench.gripper.commands[-1] == 1.0
    records = bench.output.records
    assert [record.executed_action[-1] for record in records] == [1.0] * 3
    assert {record.action_source for record in records} == {ActionSource.HUMAN}


def test_a_missed_answer_leaves_the_gripper_as_it_is() -> None:
    bench = Bench(WITH_GRIPPER)
    bench.start_episode()
    bench.step(np.array([0.0, 0.0, 0.0, 1.0], np.float32))
    bench.tick()
    bench.tick()
    missed = bench.output.records[-1]
    assert missed.action_source is ActionSource.HOLD and missed.executed_action[-1] == 1.0


def test_each_reset_tells_the_gripper_anew() -> None:
    bench = Bench({"task.max_episode_steps": 2, "reset.gripper": 0.25})
    bench.start_episode()
    assert bench.gripper.commands == [0.25]
    bench.step()
    bench.step()
    for _ in range(100):
        if bench.loop.attempt is not None:
            break
        bench.tick()
    assert bench.gripper.commands == [0.25, 0.25]
