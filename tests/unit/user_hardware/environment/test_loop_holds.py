"""What holds the arm, how it is let go again, and that no reflex is ever cleared by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.environment_bench import CONTACT, Bench, action
from user_core.types import Outcome, SafetyFlag
from user_hardware.environment.arbiter import ControlState
from user_hardware.environment.hold import HoldCause

AUTOMATIC: dict[str, Any] = {"resume": "automatic", "simulation.enabled": True, "reset.method": "legs"}
BROKEN_WRENCH = (
    "franka_robot_state_broadcaster/external_wrench_in_base_frame (geometry_msgs/msg/WrenchStamped) delivers "
    "[0.0, 0.0, 0.0, 0.0, 0.0, nan]; allowed are finite numbers"
)


def test_it_comes_up_in_hold_and_sends_nothing_until_resume() -> None:
    bench = Bench()
    bench.ticks(20)
    assert bench.loop.state is ControlState.HOLD
    assert bench.robot.targets == []
    assert bench.loop.resume() == ""
    assert bench.robot.recoveries == 0


def test_a_sample_that_is_not_finite_holds_the_arm_and_its_stream_is_named() -> None:
    bench = Bench()
    bench.start_episode()
    bench.step()
    bench.robot.wrench = np.array([0.0, 0.0, 0.0, 0.0, 0.0, np.nan])
    bench.answer()
    bench.tick()
    assert bench.loop.state is ControlState.HOLD
    assert bench.loop.held is not None and bench.loop.held.reason == BROKEN_WRENCH
    assert bench.output.summaries[-1].outcome is Outcome.INCOMPLETE
    assert all(np.all(np.isfinite(record.observation.state)) for record in bench.output.records)
    assert bench.loop.resume() == BROKEN_WRENCH


def test_a_wrench_that_is_not_finite_is_no_contact() -> None:
    bench = Bench()
    bench.start_episode()
    bench.step()
    bench.feel(np.array([0.0, 0.0, 0.0, 0.0, 0.0, np.nan]))
    assert bench.loop.state is ControlState.HOLD
    assert bench.loop.held is not None and bench.loop.held.reason == BROKEN_WRENCH
    np.testing.assert_allclose(bench.robot.targets[-1].position, bench.robot.pose.position)
    assert bench.output.summaries[-1].safety_events == ()
    assert bench.output.records[-1].safety_flags == SafetyFlag.NONE


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


def test_the_wrench_limit_retreats_and_holds() -> None:
    bench = Bench()
    bench.start_episode()
    bench.step()
    height = bench.robot.pose.position[2]
    bench.feel(CONTACT)
    assert bench.loop.state is ControlState.HOLD
    assert bench.robot.targets[-1].position[2] == pytest.approx(height + bench.config.guard.retreat_m)
    assert bench.output.summaries[-1].outcome is Outcome.INCOMPLETE
    assert "wrench_limit" in bench.output.summaries[-1].safety_events
    assert SafetyFlag.WRENCH_LIMIT in bench.output.records[-1].safety_flags
    assert bench.robot.recoveries == 0


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


def test_a_pause_before_a_hold_is_not_counted_after_it() -> None:
    bench = Bench({"timing.attended_pause_s": 5.0})
    bench.output.full = "no room"
    bench.tick()
    bench.loop.resume()
    bench.ticks(20)
    bench.loop.hold("a cable came loose")
    bench.ticks(60)
    assert bench.loop.resume() == ""
    bench.ticks(20)
    assert bench.loop.state is ControlState.WAITING and bench.loop.prompt == "no room"


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
    assert bench.robot.recoveries == 0


def test_a_persons_hold_is_never_undone_by_automatic_resume() -> None:
    bench = Bench(AUTOMATIC)
    bench.ticks(2)
    assert bench.loop.state is not ControlState.HOLD
    bench.loop.hold("held by a person", cause=HoldCause.PERSON)
    bench.ticks(50)
    assert bench.loop.state is ControlState.HOLD
    assert bench.loop.resume() == ""


def test_a_stop_button_makes_a_hold_that_stands_already_a_persons() -> None:
    bench = Bench(AUTOMATIC | {"teleop.buttons.stop": 2})
    bench.environment.publishers.on_count(2, now_s=bench.wall_s)
    bench.ticks(5)
    assert bench.loop.held is not None and bench.loop.held.cause is not HoldCause.PERSON
    bench.device.hold(buttons=(False, False, True))
    bench.tick()
    bench.device.release()
    bench.environment.publishers.on_count(1, now_s=bench.wall_s)
    bench.ticks(50)
    assert bench.loop.held is not None and bench.loop.held.cause is HoldCause.PERSON
    assert bench.robot.targets == []
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
