"""Episodes of one camera in mp4 files, one behind the other, and single episodes out of them again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from user_bringup.dataset.layout import MB, VIDEO_FILE_MB, video_file
from user_bringup.dataset.unfit import unfit
from user_core.types import ImageArray

# A key frame every second frame, as LeRobot encodes: any frame is found by decoding one other at most. Colours are kept
# at full resolution (4:4:4): with 4:2:0, images of 64 x 64 pixels come back with 28 dB of PSNR at any quality.
_OPTIONS = {"crf": "14", "g": "2", "preset": "medium"}
CODEC, PIXEL_FORMAT = "h264", "yuv444p"
_ENCODER = "libx264"
_VIDEO = "a video with the frames of its episode"


@dataclass(frozen=True, kw_only=True)
class VideoSpan:
    """Where an episode lies: file number, and its seconds in it."""

    file: int
    from_s: float
    to_s: float


class VideoWriter:
    """Writes one camera's frames; a new file is begun between episodes, when the last one has grown large.

    Args:
        folder: The dataset.
        key: The feature.
        rate_hz: Frames per second.
    """

    def __init__(self, *, folder: Path, key: str, rate_hz: float) -> None:
        self._folder = folder
        self._key = key
        self._rate = Fraction(rate_hz).limit_denominator(1000)
        self._file = -1
        self._path = Path()
        self._container: Any = None
        self._frames = 0
        self._began = 0

    def add(self, image: ImageArray) -> None:
        """Append a frame (H, W, 3) of the running episode."""
        if self._container is None:
            self._open(image)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
        frame.pts, frame.time_base = self._frames, 1 / self._rate
        for packet in self._stream.encode(frame):
            self._container.mux(packet)
        self._frames += 1

    def end_episode(self) -> VideoSpan:
        """Return where the frames since the last end lie."""
        span = VideoSpan(file=self._file, from_s=float(self._began / self._rate), to_s=float(self._frames / self._rate))
        self._began = self._frames
        if self._path.stat().st_size > VIDEO_FILE_MB * MB:
            self.close()
        return span

    def close(self) -> None:
        """Finish the file."""
        if self._container is not None:
            for packet in self._stream.encode():
                self._container.mux(packet)
            self._container.close()
            self._container = None

    def _open(self, image: ImageArray) -> None:
        self._file += 1
        self._frames = self._began = 0
        self._path = self._folder / video_file(self._key, self._file)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._container = av.open(str(self._path), "w")
        self._stream = self._container.add_stream(_ENCODER, rate=self._rate, options=dict(_OPTIONS))
        self._stream.height, self._stream.width = image.shape[:2]
        self._stream.pix_fmt = PIXEL_FORMAT


def video_frames(path: Path, *, from_s: float, rate_hz: float, count: int) -> Iterator[ImageArray]:
    """Yield `count` frames (H, W, 3) RGB of a file from a time on.

    Raises:
        ConfigurationError: When the file cannot be read, or has fewer.
    """
    found = 0
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            container.seek(int(from_s / stream.time_base), stream=stream)
            for frame in container.decode(stream):
                if frame.time is None or frame.time < from_s - 0.5 / rate_hz:
                    continue
                yield frame.to_ndarray(format="rgb24")
                found += 1
                if found == count:
                    return
    except (av.FFmpegError, IndexError) as error:
        raise unfit(path, str(error), _VIDEO) from error
    raise unfit(path, f"{found} frames from {from_s:.3f} s on", _VIDEO)
