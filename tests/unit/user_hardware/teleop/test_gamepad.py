"""The game pad adapter."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest

from user_core.interfaces import TeleopSample
from user_core.testing.topics import FakeMessage, FakeTopics
from user_hardware.teleop.config import GamepadConfig, TeleopConfig
from user_hardware.teleop.gamepad import Gamepad

LEFT_X, LEFT_Y, LEFT_TRIGGER, RIGHT_X, RIGHT_Y, RIGHT_TRIGGER, HAT_X, HAT_Y = range(8)


class Pad:
    """A connected adapter, and the clock it looks at; a pad of eight axes and eleven buttons at rest."""

    def __init__(self, **settings: Any) -> None:
        self.now_s = 0.0
        self.topics = FakeTopics()
        self.config = TeleopConfig(gamepad=GamepadConfig(**settings))
        self.device = Gamepad(config=self.config, now_s=lambda: self.now_s)
        self.device.connect(self.topics)

    def deliver(self, axes: list[float], buttons: list[int]) -> None:
        stamp = {"header__stamp__sec": 3, "header__stamp__nanosec": 4}
        self.topics.deliver(self.config.gamepad.topic, FakeMessage.of(axes=axes, buttons=buttons, **stamp))

    def push(self, deflections: dict[int, float], *pressed: int) -> None:
        rest = {LEFT_TRIGGER: 1.0, RIGHT_TRIGGER: 1.0}
        axes = [(rest | deflections).get(axis, 0.0) for axis in range(8)]
        self.deliver(axes, [int(button in pressed) for button in range(11)])

    def read(self) -> TeleopSample:
        sample = self.device.read()
        assert sample is not None
        return sample.value


@pytest.mark.parametrize(
    ("stick", "axis", "sign"),
    [(LEFT_Y, 0, 1), (LEFT_X, 1, 1), (RIGHT_Y, 2, 1), (HAT_X, 3, -1), (HAT_Y, 4, 1), (RIGHT_X, 5, 1)],
    ids=["forward", "left", "up", "tilt left", "tilt forward", "turn left"],
)
def test_each_stick_moves_its_axis(stick: int, axis: int, sign: int) -> None:
    pad = Pad()
    pad.push({stick: 0.7})
    np.testing.assert_allclose(pad.read().twist, 0.7 * sign * np.eye(6)[axis])


def test_a_stick_that_does_not_quite_return_moves_nothing() -> None:
    pad = Pad(dead_band=0.2)
    pad.push({LEFT_X: 0.19, LEFT_Y: -0.21})
    np.testing.assert_allclose(pad.read().twist, [-0.21, 0, 0, 0, 0, 0])


def test_an_axis_that_is_not_wanted_reads_as_zero() -> None:
    pad = Pad(axes=(1, 0, 4, -1, -1, -1))
    pad.push({HAT_X: 1.0, HAT_Y: 1.0, RIGHT_X: 1.0, LEFT_Y: 1.0})
    np.testing.assert_array_equal(pad.read().twist, [1, 0, 0, 0, 0, 0])
    only_buttons = Pad(axes=(-1,) * 6)
    only_buttons.deliver([], [1])
    assert not np.any(only_buttons.read().twist) and only_buttons.read().buttons[0]


def test_a_pulled_trigger_is_a_button_and_one_that_was_never_touched_is_not() -> None:
    pad = Pad()
    pad.push({LEFT_TRIGGER: 0.0, RIGHT_TRIGGER: -0.6}, 3)
    buttons = pad.read().buttons
    assert [number for number, down in enumerate(buttons) if down] == [3, 17]
    rising = Pad(trigger_threshold=0.5)
    rising.push({LEFT_TRIGGER: 0.6, RIGHT_TRIGGER: 0.0})
    assert [number for number, down in enumerate(rising.read().buttons) if down] == [16]


def test_everything_is_released_once_the_pad_is_silent() -> None:
    pad = Pad(stale_s=0.5)
    pad.push({LEFT_Y: 1.0}, 5)
    pad.now_s = 0.5
    assert np.any(pad.read().twist) and pad.read().buttons[5]
    pad.now_s = 0.6
    assert not np.any(pad.read().twist) and not any(pad.read().buttons)


def test_a_pad_with_too_few_axes_is_complained_about_once_and_moves_nothing(caplog: pytest.LogCaptureFixture) -> None:
    pad = Pad()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            pad.deliver([1.0] * 6, [1] * 11)
    (record,) = caplog.records
    assert "6 axes" in record.getMessage() and "teleop.gamepad.axes" in record.getMessage()
    assert "needs 8" in record.getMessage()
    assert not np.any(pad.read().twist) and not any(pad.read().buttons)
    pad.push({LEFT_Y: 1.0})
    assert np.any(pad.read().twist)


def test_a_sample_carries_the_stamp_and_the_receipt_of_its_joy() -> None:
    pad = Pad()
    pad.now_s = 7.0
    pad.push({})
    sample = pad.device.read()
    assert sample is not None and (sample.stamp_ns, sample.received_s) == (3_000_000_004, 7.0)
