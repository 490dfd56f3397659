"""Lockstep calls that are late, lost, repeated or meant for another simulation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from user_core.transforms import Pose
from user_hardware.simulation.lockstep import AdvanceCall, Lockstep, Verdict
from user_hardware.simulation.snapshot import Snapshot, StampClock
from user_hardware.simulation.world import WorldSample

SIMULATION = "simulation-a"


def call(**changes: Any) -> AdvanceCall:
    values: dict[str, Any] = {
        "source": "environment-a",
        "tick": 1,
        "expected_simulation": SIMULATION,
        "target_stamp_ns": 0,
        "gripper_command": math.nan,
    }
    return AdvanceCall(**(values | changes))


def snapshot(stamp_ns: int) -> Snapshot:
    pose = Pose(position=np.zeros(3), quaternion=np.array([1.0, 0, 0, 0]))
    sample = WorldSample(
        time_s=0.0,
        tcp_pose=pose,
        tcp_twist=np.zeros(6),
        wrench=np.zeros(6),
        joint_names=(),
        joint_positions_rad=np.zeros(0),
        joint_velocities_rad_s=np.zeros(0),
        joint_efforts_nm=np.zeros(0),
        gripper_width_m=0.0,
    )
    return Snapshot(stamp_ns=stamp_ns, sample=sample)


def verdict_of(lockstep: Lockstep, request: AdvanceCall) -> Verdict:
    lockstep.receive(request)
    return lockstep.judge(request)[0]


def test_a_call_that_names_nothing_advances() -> None:
    assert verdict_of(Lockstep(simulation=SIMULATION), call()) is Verdict.ADVANCE


def test_a_call_waits_for_the_target_that_it_names() -> None:
    lockstep = Lockstep(simulation=SIMULATION)
    request = call(target_stamp_ns=50)
    assert verdict_of(lockstep, request) is Verdict.WAIT
    lockstep.note_target(49)
    assert lockstep.judge(request)[0] is Verdict.WAIT
    lockstep.note_target(50)
    assert lockstep.judge(request)[0] is Verdict.ADVANCE


def test_a_call_waits_for_the_gripper_command_that_it_names() -> None:
    lockstep = Lockstep(simulation=SIMULATION)
    request = call(gripper_command=0.5)
    assert verdict_of(lockstep, request) is Verdict.WAIT
    lockstep.note_gripper(1.0)
    assert lockstep.judge(request)[0] is Verdict.WAIT
    lockstep.note_gripper(0.5)
    assert lockstep.judge(request)[0] is Verdict.ADVANCE


def test_a_gripper_command_from_before_a_reset_counts_no_more() -> None:
    lockstep = Lockstep(simulation=SIMULATION)
    lockstep.note_gripper(0.5)
    lockstep.was_reset(source="a", episode="one", snapshot=snapshot(1))
    request = call(gripper_command=0.5)
    assert verdict_of(lockstep, request) is Verdict.WAIT
    lockstep.note_gripper(0.5)
    assert lockstep.judge(request)[0] is Verdict.ADVANCE


def test_a_repeated_tick_is_not_simulated_again() -> None:
    lockstep = Lockstep(simulation=SIMULATION)
    result = snapshot(7)
    lockstep.receive(call())
    lockstep.advanced(call(), result)
    assert verdict_of(lockstep, call()) is Verdict.REPEAT
    assert lockstep.last_advance is result


def test_two_calls_for_one_tick_that_wait_together_advance_once() -> None:
    lockstep = Lockstep(simulation=SIMULATION)
    first, second = call(target_stamp_ns=5), call(target_stamp_ns=5)
    assert verdict_of(lockstep, first) is Verdict.WAIT
    assert verdict_of(lockstep, second) is Verdict.WAIT
    lockstep.note_target(5)
    assert lockstep.judge(first)[0] is Verdict.ADVANCE
    lockstep.advanced(first, snapshot(1))
    assert lockstep.judge(second)[0] is Verdict.REPEAT


def test_a_tick_that_is_past_is_refused() -> None:
    lockstep = Lockstep(simulation=SIMULATION)
    lockstep.advanced(call(tick=5), snapshot(1))
    assert verdict_of(lockstep, call(tick=4)) is Verdict.REFUSE


def test_a_waiting_call_is_refused_once_a_newer_one_came() -> None:
    lockstep = Lockstep(simulation=SIMULATION)
    old = call(tick=1, target_stamp_ns=50)
    assert verdict_of(lockstep, old) is Verdict.WAIT
    assert verdict_of(lockstep, call(source="environment-b", tick=1)) is Verdict.ADVANCE
    assert lockstep.judge(old) == (Verdict.REFUSE, "tick 1 is superseded by a newer call")


def test_a_new_environment_may_count_from_anywhere() -> None:
    lockstep = Lockstep(simulation=SIMULATION)
    lockstep.advanced(call(tick=900), snapshot(1))
    assert verdict_of(lockstep, call(source="environment-b", tick=0)) is Verdict.ADVANCE


def test_a_call_to_another_simulation_is_answered_at_once() -> None:
    request = call(expected_simulation="simulation-before-the-crash", target_stamp_ns=10**18)
    lockstep = Lockstep(simulation=SIMULATION)
    lockstep.receive(request)
    verdict, reason = lockstep.judge(request)
    assert verdict is Verdict.REFUSE
    assert SIMULATION in reason


def test_any_simulation_will_do_when_none_is_named() -> None:
    assert verdict_of(Lockstep(simulation=SIMULATION), call(expected_simulation="")) is Verdict.ADVANCE


def test_a_reset_is_repeated_for_its_episode_only() -> None:
    lockstep = Lockstep(simulation=SIMULATION)
    result = snapshot(3)
    lockstep.was_reset(source="a", episode="one", snapshot=result)
    assert lockstep.repeated_reset(source="a", episode="one") is result
    assert lockstep.repeated_reset(source="a", episode="two") is None
    assert lockstep.repeated_reset(source="b", episode="one") is None


def test_stamps_rise_even_when_the_wall_clock_does_not() -> None:
    clock = StampClock()
    assert [clock.next(now) for now in (10, 10, 4, 11, 30)] == [10, 11, 12, 13, 30]
