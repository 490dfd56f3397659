"""Images as PNG, without loss."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from user_core.types import ImageArray


def encode_png(image: ImageArray) -> bytes:
    """Return the PNG of an image (H, W, 3) RGB."""
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(stream, format="PNG")
    return stream.getvalue()


def decode_image(content: bytes) -> ImageArray:
    """Return (H, W, 3) RGB of an image file of any kind that Pillow reads."""
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"), np.uint8)
