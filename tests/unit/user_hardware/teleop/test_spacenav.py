"""The SpaceMouse adapter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from user_core.testing.topics import FakeMessage, FakeTopics
from user_hardware.teleop.config import TeleopConfig
from user_hardware.teleop.spacenav import Spacenav


class Mouse:
    """A connected adapter, and the clock it looks at."""

    def __init__(self, **settings: Any) -> None:
        self.now_s = 0.0
        self.topics = FakeTopics()
        self.config = TeleopConfig(**settings)
        self.device = Spacenav(config=self.config, now_s=lambda: self.now_s)
        self.device.connect(self.topics)

    def push(self, *values: float) -> None:
        fields = {f"linear__{axis}": value for axis, value in zip("xyz", values[:3], strict=True)}
        fields |= {f"angular__{axis}": value for axis, value in zip("xyz", values[3:], strict=True)}
        self.topics.deliver(self.config.twist_topic, FakeMessage.of(**fields))

    def press(self, *buttons: int, stamp_s: int = 0) -> None:
        message = FakeMessage.of(header__stamp__sec=stamp_s, header__stamp__nanosec=0, buttons=list(buttons))
        self.topics.deliver(self.config.joy_topic, message)

    def twist(self) -> np.ndarray:
        sample = self.device.read()
        assert sample is not None
        return sample.value.twist


def test_nothing_is_read_before_anything_came() -> None:
    assert Mouse().device.read() is None


def test_a_stale_twist_reads_as_zero() -> None:
    mouse = Mouse(stale_s=0.5)
    mouse.push(1, 0, 0, 0, 0, 0)
    assert mouse.twist()[0] == 1.0
    mouse.now_s = 0.6
    assert not np.any(mouse.twist())


def test_stale_buttons_read_as_released() -> None:
    mouse = Mouse(button_stale_s=2.0)
    mouse.press(1, 0)
    mouse.now_s = 1.9
    sample = mouse.device.read()
    assert sample is not None and sample.value.buttons == (True, False)
    mouse.now_s = 2.1
    sample = mouse.device.read()
    assert sample is not None and not any(sample.value.buttons)


def test_small_deflections_are_none_and_large_ones_are_clipped() -> None:
    mouse = Mouse(dead_band=0.1, full_scale=0.5)
    mouse.push(0.04, 0.25, -2.0, 0, 0, 0)
    np.testing.assert_allclose(mouse.twist()[:3], [0.0, 0.5, -1.0])


def test_axes_are_turned_into_the_base_frame() -> None:
    mouse = Mouse(axis_signs=(1.0, -1.0, 1.0, 1.0, 1.0, -1.0))
    mouse.push(0.5, 0.5, 0, 0, 0, 0.5)
    np.testing.assert_allclose(mouse.twist(), [0.5, -0.5, 0, 0, 0, -0.5])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_moves_nothing(value: float) -> None:
    mouse = Mouse()
    mouse.push(value, 0, 0.5, 0, 0, 0)
    np.testing.assert_array_equal(mouse.twist(), [0, 0, 0.5, 0, 0, 0])


def test_a_press_between_two_looks_is_counted() -> None:
    mouse = Mouse()
    mouse.press(0)
    mouse.press(0, 1)
    mouse.press(0, 1)
    mouse.press(0, 0)
    mouse.press(0, 1)
    sample = mouse.device.read()
    assert sample is not None and sample.value.presses == (0, 2)
    assert sample.value.buttons == (False, True)


def test_a_sample_carries_the_joys_stamp_and_the_older_receipt() -> None:
    mouse = Mouse()
    mouse.push(0.5, 0, 0, 0, 0, 0)
    mouse.now_s = 0.2
    mouse.press(0, stamp_s=9)
    sample = mouse.device.read()
    assert sample is not None and sample.stamp_ns == 9_000_000_000 and sample.received_s == 0.0
