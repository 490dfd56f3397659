"""Waiting for a person in lockstep."""

from __future__ import annotations

from user_core.testing.drivers import FakeTeleop
from user_hardware.environment.operator_gate import OperatorGate


class Table:
    """A gate, its device and two clocks."""

    def __init__(self) -> None:
        self.tick_s = 0.0
        self.wall_s = 0.0
        self.device = FakeTeleop(now_s=lambda: self.tick_s)
        self.gate = OperatorGate(device=self.device, silence_s=2.0)

    def is_open(self, pose_stamp_ns: int) -> bool:
        return self.gate.is_open(pose_stamp_ns=pose_stamp_ns, tick_s=self.tick_s, wall_s=self.wall_s)


def test_nobody_who_was_never_heard_is_waited_for() -> None:
    table = Table()
    assert table.is_open(10) and not table.gate.present


def test_a_person_who_was_heard_must_answer_each_pose() -> None:
    table = Table()
    table.device.hold(stamp_ns=10)
    assert table.is_open(10) and table.gate.present
    table.tick_s = 0.1
    assert not table.is_open(11)
    table.device.hold(stamp_ns=11)
    assert table.is_open(11)


def test_an_answer_from_before_the_tick_does_not_count() -> None:
    table = Table()
    table.device.hold(stamp_ns=10)
    table.is_open(10)
    table.tick_s = 0.1
    assert not table.is_open(10)


def test_silence_means_let_go_until_heard_again() -> None:
    table = Table()
    table.device.hold(stamp_ns=10)
    table.is_open(10)
    table.tick_s = 0.1
    assert not table.is_open(11)
    table.wall_s = 2.1
    assert table.is_open(11) and not table.gate.present
    assert table.is_open(12)
    table.device.hold(stamp_ns=12)
    assert table.is_open(12) and table.gate.present
