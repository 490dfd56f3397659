"""A device that floods is left alone for a while, and says so in one sentence."""

from __future__ import annotations

from typing import Any

import numpy as np

from user_core.testing.topics import FakeMessage, FakeTopics
from user_hardware.teleop.config import TeleopConfig
from user_hardware.teleop.flood import FloodGuard
from user_hardware.teleop.spacenav import Spacenav

TWIST = "spacenav/twist"


class Table:
    def __init__(self) -> None:
        self.now_s = 100.0
        self.topics = FakeTopics()
        device = Spacenav(config=TeleopConfig(), now_s=lambda: self.now_s)
        self.guard = FloodGuard(device=device, name="spacenav", most_hz=200.0, rest_s=5.0, wall_s=lambda: self.now_s)
        self.guard.connect(self.topics)

    def push(self, times: int, *, over_s: float) -> int:
        """Deflect so many times, evenly; return how many were heard."""
        heard = 0
        for _ in range(times):
            self.now_s += over_s / times
            heard += self.topics.deliver(TWIST, twist())
        return heard


def twist() -> Any:
    message: Any = FakeMessage()
    vector: Any = FakeMessage()
    vector.x = vector.y = vector.z = 0.5
    message.linear = message.angular = vector
    return message


def test_a_hand_is_heard_for_ever() -> None:
    table = Table()
    for _ in range(20):
        table.push(150, over_s=1.0)
        assert table.guard.read() is not None
        assert table.guard.problem == ""


def test_a_flood_is_nobody_and_is_named_with_both_numbers() -> None:
    table = Table()
    table.push(300, over_s=0.2)
    assert table.guard.read() is None
    assert "spacenav floods: 300 messages" in table.guard.problem
    assert "teleop.max_rate_hz = 200" in table.guard.problem
    assert table.push(50, over_s=0.1) == 0, "nothing is listened to any more"


def test_the_device_is_listened_to_again_after_the_rest() -> None:
    table = Table()
    table.push(300, over_s=0.2)
    table.guard.read()
    table.now_s += 5.0
    assert table.guard.read() is None
    assert table.guard.problem == ""
    table.push(10, over_s=0.1)
    sample = table.guard.read()
    assert sample is not None and np.any(sample.value.twist)


def test_a_flood_that_goes_on_is_cut_off_again() -> None:
    table = Table()
    for _ in range(3):
        table.push(300, over_s=0.2)
        assert table.guard.read() is None and table.guard.problem
        table.now_s += 5.0
        table.guard.read()
