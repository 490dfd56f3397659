"""A film strip of an episode: evenly spaced frames of each camera, one camera a row."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from user_core.types import ImageArray, Transition

FRAMES = 8
_FRAME_PX = 112
_GAP_PX = 3


def film_strip(transitions: Sequence[Transition]) -> bytes | None:
    """Return a PNG of at most `FRAMES` moments, the first and the last among them; None without images."""
    shown = sorted((item for item in transitions if item.observation.images), key=lambda item: item.observation.step)
    if not shown:
        return None
    chosen = np.unique(np.linspace(0, len(shown) - 1, FRAMES).round().astype(int))
    cameras = min(len(shown[index].observation.images) for index in chosen)
    rows = [_row([shown[index].observation.images[camera] for index in chosen]) for camera in range(cameras)]
    gap = np.full((_GAP_PX, rows[0].shape[1], 3), 255, np.uint8)
    strip = np.concatenate([part for row in rows for part in (row, gap)][:-1], axis=0)
    stream = io.BytesIO()
    Image.fromarray(strip).save(stream, format="PNG", optimize=True)
    return stream.getvalue()


def _row(images: Sequence[ImageArray]) -> NDArray[np.uint8]:
    parts: list[NDArray[np.uint8]] = []
    for image in images:
        width = max(round(_FRAME_PX * image.shape[1] / image.shape[0]), 1)
        resized = Image.fromarray(np.ascontiguousarray(image)).resize((width, _FRAME_PX), Image.Resampling.LANCZOS)
        parts += [np.asarray(resized, np.uint8), np.full((_FRAME_PX, _GAP_PX, 3), 255, np.uint8)]
    return np.concatenate(parts[:-1], axis=1)
