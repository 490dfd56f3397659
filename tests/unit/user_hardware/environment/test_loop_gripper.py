"""A gripper in the loop: states that are recorded, one that never answers, and resets that verify it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.support.environment_bench import LOCKSTEP, Bench
from user_core.interfaces import Grip
from user_core.types import StateArray
from user_hardware.environment.arbiter import ControlState
from user_hardware.environment.status import LoopStatus, describe

AXES: dict[str, Any] = {"action.names": ["x", "y", "z", "gripper"], "gripper.hold_ticks": 0}
SILENT = "the gripper's driver has not answered a command"


def policy(gripper: float) -> StateArray:
    return np.array([0.0, 0.0, 0.0, gripper], np.float32)


def status(bench: Bench) -> LoopStatus:
    return describe(bench.environment, stamp_ns=0, run="", source="", unacknowledged=0)


def tick_with(bench: Bench, **gripper: Any) -> None:
    """Let a control period pass in which all streams deliver, the gripper as given."""
    assert bench.environment.real_time is not None
    bench.pass_time(bench.config.period_s)
    bench.robot.settle()
    bench.deliver()
    bench.gripper.deliver(**gripper)
    bench.environment.real_time.on_tick()


def tick_until(bench: Bench, condition: Callable[[], bool]) -> None:
    for _ in range(100):
        if condition():
            return
        bench.tick()
    raise AssertionError(f"{bench.loop.state}: {bench.loop.prompt}")


def test_what_is_recorded_is_the_state_that_stands_at_every_step_and_what_is_counted_its_changes() -> None:
    bench = Bench(AXES | {"task.max_episode_steps": 6, "gripper.toggle_cost": 0.25})
    bench.start_episode()
    for value in (0.0, 0.8, 0.0, 0.1, -0.8, -0.1):
        bench.step(policy(value))
    records = bench.output.records[:-1]
    assert [record.executed_action[-1] for record in records] == [-1, 1, 1, 1, -1, -1]
    assert [record.policy_action[-1] for record in records] == pytest.approx([0.0, 0.8, 0.0, 0.1, -0.8, -0.1])
    rewards = np.array([record.reward for record in records])
    np.testing.assert_allclose(rewards, [0, -0.25, 0, 0, -0.25, 0], atol=1e-6)
    (summary,) = bench.output.summaries
    assert summary.episode_return == pytest.approx(-0.5)
    assert dict(zip(summary.safety_events, summary.safety_counts, strict=True))["gripper_toggle"] == 2


def test_a_continuous_gripper_records_the_opening_on_the_wire() -> None:
    bench = Bench(AXES | {"gripper.mode": "continuous", "gripper.dead_band": 0.1})
    bench.start_episode()
    for value in (0.0, 0.1, 1.0):
        bench.step(policy(value))
    assert bench.gripper.commands == pytest.approx([0.0, 0.5, 1.0])
    assert [record.executed_action[-1] for record in bench.output.records] == pytest.approx([0.0, 0.0, 1.0])


@pytest.mark.parametrize(("mode", "buttons"), [(m, b) for m in ("binary", "continuous") for b in (2, 3)])
def test_a_persons_open_and_close_buttons_work_in_both_modes(mode: str, buttons: int) -> None:
    opens = buttons == 2
    bench = Bench(
        AXES
        | {
            "gripper.mode": mode,
            "reset.gripper": 0.0 if opens else 1.0,
            "teleop.buttons.open_gripper": 2,
            "teleop.buttons.close_gripper": 3,
        }
    )
    bench.start_episode()
    bench.device.hold(twist=np.array([0.5, 0, 0, 0, 0, 0]), buttons=tuple(i == buttons for i in range(4)))
    for _ in range(4):
        bench.step(policy(-1.0 if opens else 1.0))
    assert bench.gripper.commands == ([0.0, 1.0] if opens else [1.0, 0.0])
    assert bench.output.records[-1].executed_action[-1] == (1.0 if opens else -1.0)


def test_a_gripper_that_never_answers_holds_the_arm_and_resuming_asks_it_anew() -> None:
    bench = Bench(AXES)
    bench.start_episode()
    bench.step(policy(1.0))
    bench.gripper.trouble = SILENT
    bench.step(policy(1.0))
    assert bench.loop.state is ControlState.HOLD
    assert bench.loop.held is not None and bench.loop.held.reason == SILENT
    assert SILENT in status(bench).prompt
    assert bench.output.summaries[-1].reason == SILENT
    bench.tick()
    assert bench.loop.resume() == "", "only a new command can show whether it answers again"
    told = len(bench.gripper.commands)
    bench.tick()
    assert len(bench.gripper.commands) == told + 1
    bench.gripper.trouble = ""
    tick_until(bench, lambda: bench.loop.attempt is not None or bench.loop.state is ControlState.HOLD)


def test_a_gripper_that_never_answers_is_reported_and_the_loop_goes_on_where_that_is_asked_for() -> None:
    bench = Bench(AXES | {"gripper.on_silence": "report"})
    bench.start_episode()
    bench.gripper.trouble = SILENT
    for _ in range(3):
        bench.step(policy(1.0))
        assert bench.loop.state is ControlState.AUTONOMOUS
        assert SILENT in status(bench).prompt
    bench.gripper.trouble = ""
    bench.step(policy(1.0))
    assert SILENT not in status(bench).prompt


@pytest.mark.parametrize(
    ("delivered", "named"),
    [
        ({"width_m": 0.05}, "between at 50 mm"),
        ({"width_m": 0.08, "moving": True}, "moving at 80 mm"),
    ],
)
def test_a_gripper_that_does_not_arrive_asks_for_a_person(delivered: dict[str, Any], named: str) -> None:
    bench = Bench(AXES | {"reset.gripper": 1.0, "reset.timeout_s": 4.0})
    bench.deliver()
    bench.tick()
    bench.loop.resume()
    for _ in range(60):
        tick_with(bench, **delivered)
    assert bench.loop.state is ControlState.HOLD and bench.loop.attempt is None
    assert bench.loop.held is not None
    assert named in bench.loop.held.reason and "80 mm" in bench.loop.held.reason and "resume" in bench.loop.held.reason


def test_a_gripper_closed_on_something_is_where_a_reset_wants_it() -> None:
    bench = Bench(AXES)
    bench.deliver()
    bench.tick()
    bench.loop.resume()
    for _ in range(60):
        tick_with(bench, width_m=0.024, grip=Grip.HOLDING)
        if bench.loop.attempt is not None:
            return
    raise AssertionError(bench.loop.held)


def test_a_toggle_acts_on_a_fresh_state_alone_and_says_so() -> None:
    bench = Bench(AXES | {"streams.max_age_s": 0.3, "state.groups": ["tcp_pose"]})
    bench.start_episode()
    bench.step(policy(0.0))

    def push(*buttons: bool, gripper: bool) -> None:
        bench.device.hold(twist=np.array([0.5, 0, 0, 0, 0, 0]), buttons=buttons)
        bench.answer(policy(0.0))
        bench.pass_time(bench.config.period_s)
        bench.robot.settle()
        bench.robot.deliver()
        for camera in bench.cameras.values():
            camera.deliver()
        if gripper:
            bench.gripper.deliver()
        bench.tick(deliver=False)

    for _ in range(5):
        push(False, gripper=False)
    push(True, gripper=False)
    push(False, gripper=False)
    assert bench.gripper.commands == [0.0]
    assert "not toggled" in status(bench).prompt
    push(False, gripper=True)
    assert "not toggled" not in status(bench).prompt
    push(True, gripper=True)
    push(False, gripper=True)
    assert bench.gripper.commands == [0.0, 1.0]


def test_a_lockstep_world_is_told_once_it_has_been_put() -> None:
    bench = Bench(AXES, base=LOCKSTEP)
    bench.deliver()
    assert bench.environment.lockstep is not None
    for _ in range(3):
        bench.environment.lockstep.poll()
    (request,) = bench.resets
    assert bench.gripper.commands == []
    bench.reply(request)
    bench.environment.lockstep.pump()
    assert bench.gripper.commands == [0.0]
    assert [advance.gripper_command for advance in bench.advances] == [0.0]


def test_the_meaning_of_the_axis_is_part_of_the_specs_digest_where_there_is_one() -> None:
    spec = Bench(AXES).spec
    assert spec.gripper_mode == "binary"
    assert replace(spec, gripper_mode="continuous").digest != spec.digest
    assert Bench().spec.gripper_mode == ""
    assert Bench({"gripper.mode": "continuous"}).spec.digest == Bench().spec.digest
