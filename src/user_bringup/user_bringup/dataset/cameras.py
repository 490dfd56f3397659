"""Where an export puts the frames of a camera: as PNG into the data files, or into videos of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from user_bringup.dataset.features import Feature
from user_bringup.dataset.png import encode_png
from user_bringup.dataset.tables import place
from user_bringup.dataset.video import CODEC, PIXEL_FORMAT, VideoWriter
from user_core.types import ImageArray


class CameraSink(Protocol):
    """Takes the frames of one camera, episode after episode."""

    feature: Feature

    def add(self, image: ImageArray, *, step: int) -> Mapping[str, Any]:
        """Take a frame (H, W, 3); return what it adds to its row of the data file."""

    def end_episode(self) -> Mapping[str, Any]:
        """Return what the table of episodes says of the frames since the last end."""

    def close(self) -> None:
        """Finish what is open."""


class PngSink:
    """Frames in the data files, without loss.

    Args:
        feature: As `features.image_feature` describes the camera.
    """

    def __init__(self, feature: Feature) -> None:
        self.feature = feature

    def add(self, image: ImageArray, *, step: int) -> Mapping[str, Any]:
        """Return the PNG as LeRobot's image features have it."""
        return {self.feature.name: {"bytes": encode_png(image), "path": f"frame_{step:06d}.png"}}

    def end_episode(self) -> Mapping[str, Any]:
        """Return nothing: the rows say it all."""
        return {}

    def close(self) -> None:
        """Nothing is open."""


class VideoSink:
    """Frames in mp4 files.

    Args:
        feature: As `features.image_feature` describes the camera.
        folder: The dataset.
        rate_hz: Frames per second.
    """

    def __init__(self, feature: Feature, *, folder: Path, rate_hz: float) -> None:
        height, width, channels = feature.shape
        described: dict[str, Any] = {"height": height, "width": width, "channels": channels, "fps": rate_hz}
        described |= {"codec": CODEC, "pix_fmt": PIXEL_FORMAT, "is_depth_map": False}
        info = {f"video.{name}": value for name, value in described.items()} | {"has_audio": False}
        self.feature = replace(feature, dtype="video", info=info)
        self._writer = VideoWriter(folder=folder, key=feature.name, rate_hz=rate_hz)

    def add(self, image: ImageArray, *, step: int) -> Mapping[str, Any]:
        """Append the frame to the file; its row needs nothing."""
        self._writer.add(image)
        return {}

    def end_episode(self) -> Mapping[str, Any]:
        """Return file and seconds."""
        span = self._writer.end_episode()
        key = f"videos/{self.feature.name}"
        return {**place(key, span.file), f"{key}/from_timestamp": span.from_s, f"{key}/to_timestamp": span.to_s}

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()
