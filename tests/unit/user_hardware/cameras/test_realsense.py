"""The camera adapter, message by message."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from user_core.errors import InvalidRecordError
from user_core.spec import CameraSpec
from user_core.testing.topics import FakeMessage, FakeTopics
from user_hardware.cameras.realsense import RealSenseCamera


def image(pixels: np.ndarray, encoding: str = "rgb8", step: int | None = None, **fields: Any) -> FakeMessage:
    height, width = pixels.shape[:2]
    given: dict[str, Any] = {
        "height": height,
        "width": width,
        "encoding": encoding,
        "step": 3 * width if step is None else step,
        "data": pixels.tobytes(),
    }
    return FakeMessage.of(header__stamp__sec=2, header__stamp__nanosec=5, **{**given, **fields})


@pytest.fixture
def camera() -> tuple[RealSenseCamera, FakeTopics]:
    adapter = RealSenseCamera(
        spec=CameraSpec(name="wrist", height=4, width=4), topic="wrist_camera/color/image_raw", now_s=lambda: 7.0
    )
    topics = FakeTopics()
    adapter.connect(topics)
    return adapter, topics


def deliver(topics: FakeTopics, message: FakeMessage) -> None:
    assert topics.deliver("wrist_camera/color/image_raw", message) == 1


def test_nothing_is_read_before_a_frame_came(camera: tuple[RealSenseCamera, FakeTopics]) -> None:
    assert camera[0].read() is None


def test_a_frame_has_its_stamp_and_time_of_receipt(camera: tuple[RealSenseCamera, FakeTopics]) -> None:
    adapter, topics = camera
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    deliver(topics, image(pixels))
    sample = adapter.read()
    assert sample is not None and (sample.stamp_ns, sample.received_s) == (2_000_000_005, 7.0)
    np.testing.assert_array_equal(sample.value, pixels)


def test_bgr_becomes_rgb_and_padded_rows_are_cut(camera: tuple[RealSenseCamera, FakeTopics]) -> None:
    adapter, topics = camera
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    padded = np.concatenate([pixels.reshape(4, 12), np.zeros((4, 4), np.uint8)], axis=1)
    deliver(topics, image(pixels, encoding="bgr8", step=16, data=padded.tobytes()))
    sample = adapter.read()
    assert sample is not None
    np.testing.assert_array_equal(sample.value, pixels[:, :, ::-1])


def test_a_frame_is_resized_once(camera: tuple[RealSenseCamera, FakeTopics]) -> None:
    adapter, topics = camera
    deliver(topics, image(np.zeros((8, 8, 3), np.uint8)))
    first, second = adapter.read(), adapter.read()
    assert first is second and first is not None and first.value.shape == (4, 4, 3)


@pytest.mark.parametrize(
    "message",
    [
        image(np.zeros((4, 4, 3), np.uint8), encoding="mono8"),
        image(np.zeros((4, 4, 3), np.uint8), height=9),
        image(np.zeros((2, 2, 3), np.uint8)),
        image(np.zeros((0, 0, 3), np.uint8)),
    ],
)
def test_a_frame_that_cannot_be_used_is_refused_by_name(
    camera: tuple[RealSenseCamera, FakeTopics], message: FakeMessage
) -> None:
    adapter, topics = camera
    deliver(topics, message)
    with pytest.raises(InvalidRecordError, match="wrist"):
        adapter.read()


def test_a_driver_that_changes_its_resolution_is_noticed(camera: tuple[RealSenseCamera, FakeTopics]) -> None:
    adapter, topics = camera
    deliver(topics, image(np.zeros((8, 8, 3), np.uint8)))
    adapter.read()
    deliver(topics, image(np.zeros((16, 8, 3), np.uint8)))
    with pytest.raises(InvalidRecordError, match="16x8"):
        adapter.read()
