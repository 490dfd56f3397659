"""A colour camera of realsense2_camera, or of any driver that publishes rgb8 or bgr8 images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from user_core.errors import InvalidRecordError
from user_core.interfaces import Stamped, Subscription, Topics
from user_core.spec import CameraSpec
from user_core.types import ImageArray
from user_hardware.cameras.resize import crop_and_resize

_NANOSECONDS = 1_000_000_000
IMAGE_TYPE = "sensor_msgs/msg/Image"


class RealSenseCamera:
    """The newest frame, cropped and resized once, when it is first read.

    Args:
        spec: Name, size and crop.
        topic: Image topic, relative to the robot's namespace.
        now_s: The control clock, for the time of receipt.
    """

    def __init__(self, *, spec: CameraSpec, topic: str, now_s: Callable[[], float]) -> None:
        self._spec = spec
        self._topic = topic
        self._now_s = now_s
        self._subscription: Subscription | None = None
        self._newest: tuple[Any, float] | None = None
        self._frame: Stamped[ImageArray] | None = None
        self._driver_size: tuple[int, int] | None = None

    def connect(self, topics: Topics) -> None:
        """Subscribe to the images."""
        self._subscription = topics.subscribe(self._topic, IMAGE_TYPE, self._on_image, reliable=False)

    def read(self) -> Stamped[ImageArray] | None:
        """Return the newest frame (H, W, 3) uint8 RGB as the spec says.

        Raises:
            InvalidRecordError: When the newest frame has an encoding or a size that cannot be used.
        """
        if self._newest is not None:
            message, received_s = self._newest
            self._check_size(message)
            image = crop_and_resize(_decode(message, self._spec.name), self._spec)
            stamp = message.header.stamp
            stamp_ns = stamp.sec * _NANOSECONDS + stamp.nanosec
            self._frame = Stamped(value=image, stamp_ns=stamp_ns, received_s=received_s)
            self._newest = None
        return self._frame

    def disconnect(self) -> None:
        """End the subscription and forget the frame."""
        if self._subscription is not None:
            self._subscription.destroy()
        self._subscription, self._newest, self._frame, self._driver_size = None, None, None, None

    def _check_size(self, message: Any) -> None:
        """Refuse frames of another size than the first: the crop would show another part of the scene."""
        size = (message.height, message.width)
        self._driver_size = self._driver_size or size
        if size != self._driver_size:
            raise InvalidRecordError(
                what=f"the image of camera {self._spec.name}",
                value=f"{size[0]}x{size[1]} pixels",
                allowed=f"{self._driver_size[0]}x{self._driver_size[1]}, as before; restart environment_node after a "
                "change of the driver's resolution",
            )

    def _on_image(self, message: Any) -> None:
        self._newest = (message, self._now_s())


def _decode(message: Any, camera: str) -> ImageArray:
    """Return (H, W, 3) RGB without a copy; rows may be padded."""
    if message.encoding not in ("rgb8", "bgr8"):
        raise InvalidRecordError(
            what=f"the encoding of camera {camera}", value=message.encoding, allowed="rgb8 or bgr8"
        )
    pixels = np.frombuffer(message.data, np.uint8)
    if pixels.size != message.height * message.step or message.step < 3 * message.width or pixels.size == 0:
        raise InvalidRecordError(
            what=f"the image of camera {camera}",
            value=f"{pixels.size} bytes",
            allowed=f"{message.height} rows of {message.step} bytes, each of {message.width} pixels",
        )
    rows = pixels.reshape(message.height, message.step)[:, : 3 * message.width]
    image = rows.reshape(message.height, message.width, 3)
    return image if message.encoding == "rgb8" else image[:, :, ::-1]
