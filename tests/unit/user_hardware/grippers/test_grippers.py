"""Grippers return at once and read the fingers."""

from __future__ import annotations

import pytest

from user_core.testing.topics import FakeMessage, FakeTopics
from user_hardware.environment.streams_config import GripperConfig
from user_hardware.grippers.crisp import CrispGripper
from user_hardware.grippers.franka import FrankaGripper

CONFIG = GripperConfig()


def test_crisp_sends_one_number_in_zero_to_one() -> None:
    topics, gripper = FakeTopics(), CrispGripper(config=CONFIG, now_s=lambda: 0.0)
    gripper.connect(topics)
    assert [gripper.command(opening) for opening in (0.25, 2.0, -1.0)] == [0.25, 1.0, 0.0]
    assert [list(message.data) for message in topics.published[CONFIG.command_topic]] == [[0.25], [1.0], [0.0]]


@pytest.mark.parametrize("gripper_type", [CrispGripper, FrankaGripper])
def test_the_width_is_that_of_both_fingers(gripper_type: type) -> None:
    topics, gripper = FakeTopics(), gripper_type(config=CONFIG, now_s=lambda: 4.0)
    gripper.connect(topics)
    assert gripper.read() is None
    message = FakeMessage.of(header__stamp__sec=1, header__stamp__nanosec=0, position=[0.01, 0.012])
    topics.deliver(CONFIG.state_topic, message)
    sample = gripper.read()
    assert sample.value == pytest.approx(0.022) and sample.received_s == 4.0


def test_franka_opens_by_move_and_closes_by_grasp() -> None:
    topics, gripper = FakeTopics(), FrankaGripper(config=CONFIG, now_s=lambda: 0.0)
    gripper.connect(topics)
    assert gripper.command(1.0) == 1.0
    assert gripper.command(0.2) == 0.0
    assert topics.goals["franka_gripper/move"] == [{"width": CONFIG.max_width_m, "speed": CONFIG.speed_m_s}]
    (grasp,) = topics.goals["franka_gripper/grasp"]
    assert grasp["width"] == 0.0 and grasp["force"] == CONFIG.force_n
    assert grasp["epsilon"].outer == CONFIG.max_width_m
