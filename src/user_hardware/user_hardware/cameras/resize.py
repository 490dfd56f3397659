"""Crop and resize by area: every source pixel counts by how much of it lies under a target pixel."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from user_core.errors import InvalidRecordError
from user_core.spec import CameraSpec
from user_core.types import ImageArray


def crop_and_resize(image: ImageArray, spec: CameraSpec) -> ImageArray:
    """Return (spec.height, spec.width, 3); the image itself when it fits already.

    Raises:
        InvalidRecordError: When the crop lies outside the image, or is smaller than what is asked for.
    """
    height, width = image.shape[:2]
    if spec.crop == (0, 0, 0, 0):
        side = min(height, width)
        if (height, width) != (spec.height, spec.width):
            top, left = (height - side) // 2, (width - side) // 2
            image = image[top : top + side, left : left + side]
    else:
        top, left, crop_height, crop_width = spec.crop
        if top + crop_height > height or left + crop_width > width:
            raise InvalidRecordError(
                what=f"the image of camera {spec.name}",
                value=f"{height}x{width} pixels",
                allowed=f"at least {top + crop_height}x{left + crop_width}, which its crop needs "
                "(cameras.crops in the robot's params file)",
            )
        image = image[top : top + crop_height, left : left + crop_width]
    if image.shape[0] < spec.height or image.shape[1] < spec.width:
        raise InvalidRecordError(
            what=f"the image of camera {spec.name}",
            value=f"{height}x{width} pixels",
            allowed=f"one from which {spec.height}x{spec.width} can be cut: detail is never made up "
            "(cameras.height, cameras.width, or the driver's resolution)",
        )
    if image.shape[:2] == (spec.height, spec.width):
        return image
    rows = _area_weights(image.shape[0], spec.height)  # (h, H)
    columns = _area_weights(image.shape[1], spec.width)  # (w, W)
    resized = np.einsum("hH,HWc->hWc", rows, image.astype(np.float32), optimize=True)  # (h, W, 3)
    resized = np.einsum("wW,hWc->hwc", columns, resized, optimize=True)  # (h, w, 3)
    return np.clip(np.rint(resized), 0, 255).astype(np.uint8)


@cache
def _area_weights(source: int, target: int) -> NDArray[np.float32]:
    """Return (target, source): the share of each source pixel in each target pixel; rows sum to 1."""
    edges = np.linspace(0, source, target + 1)
    starts, ends = edges[:-1, None], edges[1:, None]
    pixels = np.arange(source)[None, :]
    overlap = np.clip(np.minimum(ends, pixels + 1) - np.maximum(starts, pixels), 0, None)
    weights: NDArray[np.float32] = (overlap / overlap.sum(axis=1, keepdims=True)).astype(np.float32)
    return weights
