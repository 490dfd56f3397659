"""The verified reset: arrive, be still, see fresh frames, or ask a person."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.environment_bench import Bench
from user_core.interfaces import Stamped
from user_core.transforms import Pose, add_delta
from user_hardware.environment.arbiter import ControlState
from user_hardware.environment.reset import Leg, ResetStatus, VerifiedReset, plan_legs
from user_hardware.environment.safety_config import ResetConfig
from user_hardware.environment.sensors import Snapshot

NOMINAL = Pose.of(np.array([0.5, 0.0, 0.1, 1.0, 0.0, 0.0, 0.0]))
CONFIG = ResetConfig(still_ticks=3, timeout_s=2.0)


def moved(x: float = 0.0, z: float = 0.0, yaw: float = 0.0) -> Pose:
    return add_delta(NOMINAL, np.array([x, 0.0, z, 0.0, 0.0, yaw]))


def snapshot(pose: Pose, now_s: float, *, frame_s: float | None = None, wrench: float = 0.0) -> Snapshot:
    samples: dict[str, Stamped[Any]] = {
        "current_pose": Stamped(value=pose, stamp_ns=int(now_s * 1e9), received_s=now_s),
        "wrist": Stamped(value=None, stamp_ns=0, received_s=now_s if frame_s is None else frame_s),
        "wrench": Stamped(value=np.full(6, wrench), stamp_ns=0, received_s=now_s),
    }
    return Snapshot(now_s=now_s, samples=samples)


def reset_to(goal: Pose, config: ResetConfig = CONFIG) -> VerifiedReset:
    return VerifiedReset(
        config=config,
        legs=(Leg(name="start", goal=goal),),
        period_s=0.1,
        started_s=0.0,
        required=("current_pose", "wrist", "wrench"),
    )


def test_it_is_done_once_the_arm_has_arrived_and_is_still() -> None:
    reset = reset_to(NOMINAL)
    for tick in range(3):
        assert reset.status is ResetStatus.MOVING
        reset.tick(snapshot(NOMINAL, 0.1 * (tick + 1), wrench=2.0), commanded=NOMINAL)
    assert reset.status is ResetStatus.DONE
    np.testing.assert_allclose(reset.wrench_bias, np.full(6, 2.0))


def test_an_arm_that_drifts_is_not_still() -> None:
    reset = reset_to(NOMINAL)
    for tick in range(10):
        reset.tick(snapshot(moved(x=0.0005 * tick), 0.1 * (tick + 1)), commanded=NOMINAL)
    assert reset.status is ResetStatus.MOVING


def test_frames_from_before_the_arrival_do_not_open_an_episode() -> None:
    reset = reset_to(NOMINAL)
    for tick in range(8):
        reset.tick(snapshot(NOMINAL, 0.1 * (tick + 1), frame_s=0.05), commanded=NOMINAL)
    assert reset.status is ResetStatus.MOVING
    reset.tick(snapshot(NOMINAL, 1.0), commanded=NOMINAL)
    assert reset.status is ResetStatus.DONE


@pytest.mark.parametrize("off", [moved(x=0.007), moved(yaw=0.05)])
def test_position_and_angle_must_both_be_within_tolerance_or_a_person_is_asked(off: Pose) -> None:
    reset = reset_to(NOMINAL)
    for tick in range(25):
        reset.tick(snapshot(off, 0.1 * (tick + 1)), commanded=NOMINAL)
    assert reset.status is ResetStatus.FAILED
    assert "start leg" in reset.reason and "resume" in reset.reason


def test_the_target_moves_no_faster_than_the_legs_speed() -> None:
    reset = reset_to(moved(x=0.3, yaw=1.0))
    target = reset.tick(snapshot(NOMINAL, 0.1), commanded=NOMINAL)
    assert np.linalg.norm(target.position - NOMINAL.position) == pytest.approx(0.1 * CONFIG.speed_m_s)


def test_the_first_leg_goes_straight_out_and_keeps_the_orientation() -> None:
    measured = moved(x=0.01, z=0.005, yaw=0.2)
    retreat, start = plan_legs(config=CONFIG, nominal=NOMINAL, measured=measured, start=moved(z=0.08))
    np.testing.assert_allclose(retreat.goal.position, measured.position + [0, 0, 0.095], atol=1e-9)
    np.testing.assert_allclose(retreat.goal.quaternion, measured.quaternion)
    np.testing.assert_allclose(start.goal.position, moved(z=0.08).position)


def test_an_arm_that_is_out_already_does_not_go_farther() -> None:
    measured = moved(z=0.15)
    retreat, _ = plan_legs(config=CONFIG, nominal=NOMINAL, measured=measured, start=NOMINAL)
    np.testing.assert_allclose(retreat.goal.position, measured.position)


def test_a_person_who_is_asked_must_confirm() -> None:
    reset = reset_to(NOMINAL, ResetConfig(still_ticks=2, ask="put the duck back"))
    for tick in range(40):
        reset.tick(snapshot(NOMINAL, 0.1 * (tick + 1)), commanded=NOMINAL)
    assert reset.status is ResetStatus.ASKING and reset.reason == "put the duck back"
    reset.confirm()
    reset.tick(snapshot(NOMINAL, 9.0), commanded=NOMINAL)
    assert reset.status is ResetStatus.DONE


def test_a_reset_that_leads_out_of_the_box_is_stopped_at_its_wall_and_asks_a_person() -> None:
    outside = {"reset.start_low_m": [0.2, 0.0, 0.05], "reset.start_high_m": [0.2, 0.0, 0.05], "reset.timeout_s": 5.0}
    bench = Bench(outside)
    bench.deliver()
    bench.tick()
    bench.loop.resume()
    bench.ticks(100)
    wall_m = bench.spec.nominal_target.position[0] + bench.config.guard.box_high_m[0]
    assert max(target.position[0] for target in bench.robot.targets) == pytest.approx(wall_m)
    assert bench.loop.state is ControlState.HOLD
    assert bench.loop.held is not None and "start leg" in bench.loop.held.reason


def test_the_same_seed_gives_the_same_start() -> None:
    starts = []
    for _ in range(2):
        bench = Bench()
        bench.start_episode()
        starts.append(bench.robot.pose.as_array())
    np.testing.assert_allclose(starts[0], starts[1])


def test_moving_a_device_during_the_reset_holds() -> None:
    bench = Bench()
    bench.deliver()
    bench.tick()
    bench.loop.resume()
    bench.ticks(2)
    assert bench.loop.state is ControlState.RESET
    bench.device.hold(twist=np.full(6, 0.5))
    bench.tick()
    assert bench.loop.state is ControlState.HOLD


def test_a_reset_begins_only_once_the_device_has_been_let_go() -> None:
    bench = Bench()
    bench.device.hold(twist=np.full(6, 0.5))
    bench.deliver()
    bench.tick()
    bench.loop.resume()
    bench.ticks(3)
    assert bench.loop.state is ControlState.WAITING and "let go" in bench.loop.prompt
    bench.device.release()
    bench.ticks(bench.config.arbiter.hold_ticks)
    assert bench.loop.state is ControlState.RESET
