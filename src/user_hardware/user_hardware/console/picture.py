"""Camera images in a terminal: two pixels to a character, which any terminal with colours can show, over SSH too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from user_core.types import ImageArray

_RESET = "\x1b[0m"


def picture_lines(images: Sequence[ImageArray], *, columns: int, rows: int) -> list[str]:
    """Return lines that show images (H, W, 3) uint8 RGB side by side, as large as fits; none where nothing fits.

    Args:
        images: Of one height.
        columns: Characters of a line.
        rows: Lines.
    """
    if not images:
        return []
    pixels_wide = sum(image.shape[1] for image in images)
    free = columns - (len(images) - 1)
    step = max(-(-pixels_wide // max(free, 1)), -(-images[0].shape[0] // max(2 * rows, 1)), 1)
    if images[0].shape[0] // step < 2:
        return []
    blocks = [_half_blocks(_reduced(image, step)) for image in images]
    return [" ".join(parts) for parts in zip(*blocks, strict=True)]


def _reduced(image: ImageArray, step: int) -> ImageArray:
    """Return the means of step x step pixels, with an even number of rows."""
    height, width = image.shape[0] // step // 2 * 2, image.shape[1] // step
    cut = image[: height * step, : width * step].astype(np.float32)
    means = cut.reshape(height, step, width, step, 3).mean(axis=(1, 3))  # (H / step, W / step, 3)
    return means.astype(np.uint8)


def _half_blocks(image: ImageArray) -> list[str]:
    """Return one line for two rows of pixels: the upper half block has a colour of its own, and one behind it."""
    lines = []
    for upper, lower in zip(image[0::2], image[1::2], strict=True):
        cells = (
            f"\x1b[38;2;{a[0]};{a[1]};{a[2]};48;2;{b[0]};{b[1]};{b[2]}m\u2580"
            for a, b in zip(upper.tolist(), lower.tolist(), strict=True)
        )
        lines.append("".join(cells) + _RESET)
    return lines
