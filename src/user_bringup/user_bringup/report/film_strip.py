"""A film strip of an episode: evenly spaced frames of each camera, one camera a row."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from user_bringup.report.frame_sampler import Frame
from user_core.types import ImageArray, Transition

FRAMES = 8
_FRAME_PX = 112
_GAP_PX = 3
_WEBP_QUALITY = 78


def film_strip(transitions: Sequence[Transition]) -> bytes | None:
    """Return a PNG of at most `FRAMES` moments, the first and the last among them; None without images."""
    shown = sorted((item for item in transitions if item.observation.images), key=lambda item: item.observation.step)
    if not shown:
        return None
    chosen = np.unique(np.linspace(0, len(shown) - 1, FRAMES).round().astype(int))
    observations = [shown[index].observation for index in chosen]
    stream = io.BytesIO()
    _strip([item.images for item in observations]).save(stream, format="PNG", optimize=True)
    return stream.getvalue()


def webp_strip(frames: Sequence[Frame]) -> bytes | None:
    """Return the frames as one WebP; None without any."""
    if not frames:
        return None
    stream = io.BytesIO()
    # The quickest method: a report of hundreds of episodes should not keep people waiting.
    _strip([frame.images for frame in frames]).save(stream, format="WEBP", quality=_WEBP_QUALITY, method=0)
    return stream.getvalue()


def _strip(moments: Sequence[Sequence[ImageArray]]) -> Image.Image:
    cameras = min(len(images) for images in moments)
    rows = [_row([images[camera] for images in moments]) for camera in range(cameras)]
    gap = np.full((_GAP_PX, rows[0].shape[1], 3), 255, np.uint8)
    return Image.fromarray(np.concatenate([part for row in rows for part in (row, gap)][:-1], axis=0))


def _row(images: Sequence[ImageArray]) -> NDArray[np.uint8]:
    parts: list[NDArray[np.uint8]] = []
    for image in images:
        width = max(round(_FRAME_PX * image.shape[1] / image.shape[0]), 1)
        resized = Image.fromarray(np.ascontiguousarray(image)).resize((width, _FRAME_PX), Image.Resampling.LANCZOS)
        parts += [np.asarray(resized, np.uint8), np.full((_FRAME_PX, _GAP_PX, 3), 255, np.uint8)]
    return np.concatenate(parts[:-1], axis=1)
