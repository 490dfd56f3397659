"""A person in the loop in real time: taking over, marks, the last step, and the gripper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.environment_bench import Bench, action
from user_core.transforms import FloatArray
from user_core.types import ActionSource, Mode, Outcome, StateArray
from user_hardware.environment.arbiter import ControlState
from user_hardware.environment.assembly import make_adapters
from user_hardware.environment.goal import Goal, GoalProgress

PUSH = np.array([0.5, 0.0, 0.0, 0.0, 0.0, 0.0])
WITH_GRIPPER: dict[str, Any] = {"action.names": ["x", "y", "z", "gripper"], "teleop.buttons.open_gripper": 2}
DEAD_MAN: dict[str, Any] = {"teleop.take_over": "dead_man"}
HELD = (False, True)


def act(bench: Bench, *, twist: FloatArray | None = None, buttons: tuple[bool, ...] = ()) -> None:
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
    bench = Bench(WITH_GRIPPER | DEAD_MAN)
    collect(bench)
    act(bench, buttons=(False, True, True))
    for _ in range(3):
        act(bench, twist=None if standing else PUSH, buttons=HELD)
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


def policy(*, gripper: float = -1.0) -> StateArray:
    return np.array([0.0, 0.0, 0.5, gripper], np.float32)


def answered(bench: Bench, values: StateArray | None = None) -> None:
    """Let the policy answer if it is asked, then tick."""
    bench.answer(values)
    bench.tick()


def sources(bench: Bench) -> list[ActionSource]:
    return [record.action_source for record in bench.output.records]


def test_a_held_dead_man_button_stands_still_and_control_returns_after_the_hold_time() -> None:
    bench = Bench(DEAD_MAN)
    bench.start_episode()
    answered(bench)
    before = bench.robot.targets[-1].position
    bench.device.hold(buttons=HELD)
    answered(bench)
    for _ in range(10):
        answered(bench, action(x=1.0))
        assert bench.loop.state is ControlState.TAKEOVER
    np.testing.assert_array_equal(bench.robot.targets[-1].position, before)
    bench.device.release()
    ticks = 0
    while bench.loop.state is ControlState.TAKEOVER:
        answered(bench, action(x=1.0))
        ticks += 1
    assert ticks == bench.config.arbiter.hold_ticks
    assert bench.loop.state is ControlState.HANDBACK


def test_motion_without_the_dead_man_button_is_no_takeover() -> None:
    bench = Bench(DEAD_MAN)
    bench.start_episode()
    bench.device.hold(twist=PUSH)
    for _ in range(5):
        answered(bench)
    assert bench.loop.state is ControlState.AUTONOMOUS
    assert ActionSource.HUMAN not in sources(bench)


def test_nothing_moves_in_a_hand_that_has_released_the_dead_man_button_during_the_hold_time() -> None:
    bench = Bench(DEAD_MAN)
    bench.start_episode()
    answered(bench)
    bench.device.hold(twist=PUSH, buttons=HELD)
    answered(bench)
    before = bench.robot.targets[-1].position[0]
    bench.device.hold(twist=PUSH)
    answered(bench)
    assert bench.loop.state is ControlState.TAKEOVER
    assert bench.robot.targets[-1].position[0] == before


@pytest.mark.parametrize(
    ("button", "outcome", "reward"), [((True,), Outcome.SUCCESS, 1.0), ((False, True), Outcome.FAILURE, 0.0)]
)
def test_a_mark_ends_the_episode_and_is_a_persons_reward(
    button: tuple[bool, ...], outcome: Outcome, reward: float
) -> None:
    bench = Bench()
    bench.start_episode()
    answered(bench)
    answered(bench)
    bench.device.hold(buttons=button)
    answered(bench)
    before, last = bench.output.records[-2:]
    assert (before.reward, before.reward_source, before.discount) == (reward, "human", 0.0)
    assert before.success is (outcome is Outcome.SUCCESS) and last.terminated and last.outcome == outcome
    assert before.observation.step == 2 and before.action_source is ActionSource.POLICY
    assert bench.output.summaries[-1].outcome is outcome
    assert bench.output.summaries[-1].interventions == 0


def test_a_button_that_stays_down_marks_one_episode_only() -> None:
    bench = Bench()
    bench.start_episode()
    answered(bench)
    bench.device.hold(buttons=(True,))
    answered(bench)
    assert len(bench.output.summaries) == 1
    for _ in range(100):
        if bench.loop.attempt is not None:
            break
        bench.tick()
    for _ in range(5):
        answered(bench)
    assert bench.loop.attempt is not None and len(bench.output.summaries) == 1


def test_a_mark_before_the_first_action_ends_nothing() -> None:
    bench = Bench()
    bench.start_episode()
    bench.device.hold(buttons=(True,))
    bench.tick()
    assert bench.loop.attempt is not None and bench.output.records == []


def test_a_toggle_reaches_the_gripper_once_and_is_recorded() -> None:
    bench = Bench(WITH_GRIPPER | {"reset.gripper": 1.0})
    collect(bench)
    act(bench, twist=PUSH)
    act(bench, twist=PUSH, buttons=(True,))
    act(bench, twist=PUSH, buttons=(True,))
    act(bench)
    act(bench, buttons=(True,))
    act(bench)
    act(bench)
    assert bench.gripper.commands == [1.0, 0.0, 1.0]
    assert [record.executed_action[-1] for record in bench.output.records] == [1.0, -1.0, -1.0, -1.0, 1.0, 1.0]
    assert set(sources(bench)) == {ActionSource.HUMAN}


def test_a_toggle_that_takes_over_by_the_way_is_not_undone_by_a_missed_answer() -> None:
    bench = Bench(WITH_GRIPPER)
    bench.start_episode()
    answered(bench, policy())
    act(bench, twist=PUSH, buttons=(True,))
    act(bench, twist=PUSH, buttons=(True,))
    assert bench.gripper.commands == [0.0, 1.0]


def test_a_toggle_alone_takes_nothing_over_and_does_not_disturb_a_reset() -> None:
    bench = Bench(WITH_GRIPPER)
    bench.deliver()
    bench.tick()
    bench.loop.resume()
    bench.ticks(2)
    assert bench.loop.state is ControlState.RESET
    act(bench, buttons=(True,))
    assert bench.loop.state is ControlState.RESET
    bench.device.release()
    for _ in range(100):
        if bench.loop.attempt is not None:
            break
        bench.tick()
    answered(bench, policy())
    bench.device.hold(buttons=(True,))
    answered(bench, policy())
    assert bench.loop.state is ControlState.AUTONOMOUS
    assert 1.0 not in bench.gripper.commands


def test_handing_back_leaves_a_closed_gripper_closed() -> None:
    bench = Bench(WITH_GRIPPER)
    bench.start_episode()
    answered(bench, policy())
    act(bench, twist=PUSH)
    bench.device.release()
    for _ in range(bench.config.arbiter.hold_ticks + bench.config.arbiter.blend_ticks + 2):
        answered(bench, policy())
    assert ActionSource.BLEND in sources(bench)
    assert set(bench.gripper.commands) == {0.0}


@pytest.mark.parametrize("devices", [[], ["none"]])
def test_an_arm_without_any_device_learns_and_says_why_it_cannot_be_taught(devices: list[str]) -> None:
    bench = Bench({"teleop.devices": devices})
    assert make_adapters(bench.config, bench.clock).devices == {}
    bench.start_episode()
    for _ in range(3):
        answered(bench)
    assert bench.loop.state is ControlState.AUTONOMOUS
    taught = Bench({"teleop.devices": devices})
    collect(taught)
    taught.tick()
    assert "teleop.devices" in taught.loop.prompt


def test_the_prompt_says_how_to_begin_a_demonstration() -> None:
    bench = Bench(DEAD_MAN)
    collect(bench)
    bench.tick()
    assert "button 1 of device" in bench.loop.prompt
