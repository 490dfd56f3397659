"""The CRISP adapter, message by message."""

from __future__ import annotations

import numpy as np

from user_core.testing.topics import FakeMessage, FakeTopics
from user_core.transforms import Pose
from user_hardware.environment.streams_config import TopicsConfig
from user_hardware.robots.crisp import CrispRobot

STAMP = {"header__stamp__sec": 1, "header__stamp__nanosec": 5}


def connected() -> tuple[CrispRobot, FakeTopics, TopicsConfig]:
    names, topics = TopicsConfig(), FakeTopics()
    robot = CrispRobot(topics=names, now_s=lambda: 3.0)
    robot.connect(topics)
    return robot, topics, names


def vector(prefix: str, start: float) -> dict[str, float]:
    return {f"{prefix}__{axis}": start + index for index, axis in enumerate("xyz")}


def test_samples_are_arrays_in_the_base_frame_with_stamp_and_receipt() -> None:
    robot, topics, names = connected()
    turn = {f"pose__orientation__{axis}": value for axis, value in zip("xyzw", (1.0, 0.0, 0.0, 0.0), strict=True)}
    topics.deliver(names.current_pose, FakeMessage.of(**STAMP, **vector("pose__position", 0.1), **turn))
    twist = {**vector("twist__linear", 1), **vector("twist__angular", 4)}
    topics.deliver(names.current_twist, FakeMessage.of(**STAMP, **twist))
    wrench = {**vector("wrench__force", 1), **vector("wrench__torque", 4)}
    topics.deliver(names.wrench, FakeMessage.of(**STAMP, **wrench))
    state = robot.read()
    assert state.tcp_pose is not None and state.tcp_twist is not None and state.wrench is not None
    np.testing.assert_allclose(state.tcp_pose.value.as_array(), [0.1, 1.1, 2.1, 1, 0, 0, 0])
    np.testing.assert_allclose(state.tcp_twist.value, [1, 2, 3, 4, 5, 6])
    np.testing.assert_allclose(state.wrench.value, [1, 2, 3, 4, 5, 6])
    assert (state.tcp_pose.stamp_ns, state.tcp_pose.received_s) == (1_000_000_005, 3.0)


def test_a_target_goes_out_in_the_base_frame_under_the_callers_stamp() -> None:
    robot, topics, names = connected()
    target = Pose.of(np.array([0.5, 0.1, 0.2, 1.0, 0.0, 0.0, 0.0]))
    assert robot.command(target, stamp_ns=2_000_000_007) is target
    (message,) = topics.published[names.target_pose]
    assert message.header.frame_id == "base"
    assert (message.header.stamp.sec, message.header.stamp.nanosec) == (2, 7)
    assert (message.pose.position.y, message.pose.orientation.x) == (0.1, 1.0)


def test_after_disconnecting_nothing_is_sent_or_remembered() -> None:
    robot, topics, names = connected()
    robot.disconnect()
    robot.command(Pose.of(np.zeros(6)), stamp_ns=1)
    assert topics.published[names.target_pose] == []
    assert topics.deliver(names.current_pose, FakeMessage()) == 0
    assert robot.read().tcp_pose is None
