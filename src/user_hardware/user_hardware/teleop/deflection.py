"""From the deflection of a device's axes to a normalised twist."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from user_core.transforms import FloatArray


def shaped(
    deflection: FloatArray, *, signs: Sequence[float], dead_band: float = 0.0, full_scale: float = 1.0
) -> FloatArray:
    """Return (6,) in [-1, 1]: scaled, signed, zero within the dead band or where it is not a finite number.

    Args:
        deflection: (6,) as on the wire.
        signs: (6,) of each axis in the base frame.
        dead_band: Share of full speed below which an axis is zero.
        full_scale: Deflection that means full speed.
    """
    finite = np.where(np.isfinite(deflection), deflection, 0.0)
    scaled = np.clip(finite * np.asarray(signs) / full_scale, -1.0, 1.0)
    return np.where(np.abs(scaled) > dead_band, scaled, 0.0)
