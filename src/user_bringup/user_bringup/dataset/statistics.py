"""Statistics of features as LeRobot normalises with them: min, max, mean, std, count and five quantiles."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from user_core.types import ImageArray

QUANTILES = {"q01": 0.01, "q10": 0.10, "q50": 0.50, "q90": 0.90, "q99": 0.99}
Statistics = dict[str, NDArray[Any]]


def vector_statistics(values: NDArray[Any]) -> Statistics:
    """Return the statistics (n,) of values (N, n); NaN counts as absent, and an element that never came is 0.

    `count` (1,) is N, the number of frames.
    """
    numbers = values.astype(np.float64)
    present = np.isfinite(numbers)
    columns = [numbers[present[:, i], i] if present[:, i].any() else np.zeros(1) for i in range(numbers.shape[1])]
    statistics = {
        name: np.array([function(column) for column in columns])
        for name, function in (("min", np.min), ("max", np.max), ("mean", np.mean), ("std", np.std))
    }
    quantiles = np.array([np.quantile(column, list(QUANTILES.values())) for column in columns])  # (n, 5)
    return statistics | {"count": np.array([len(values)])} | dict(zip(QUANTILES, quantiles.T, strict=True))


class PixelCounts:
    """How often each value of each channel came: exact statistics of any number of frames, in constant memory."""

    def __init__(self) -> None:
        self._counts = np.zeros((3, 256), np.int64)
        self._frames = 0

    def add(self, image: ImageArray) -> None:
        """Count a frame (H, W, 3)."""
        for channel in range(3):
            self._counts[channel] += np.bincount(image[:, :, channel].ravel(), minlength=256)
        self._frames += 1

    def merge(self, other: PixelCounts) -> None:
        """Count all frames of another."""
        self._counts += other._counts
        self._frames += other._frames

    def statistics(self) -> Statistics:
        """Return the statistics (3, 1, 1) of pixels in [0, 1]; `count` (1,) is the number of frames."""
        levels = np.arange(256) / 255
        total = self._counts.sum(axis=1)  # (3,)
        mean = self._counts @ levels / total
        variance = self._counts @ levels**2 / total - mean**2
        below = np.cumsum(self._counts, axis=1)  # (3, 256)
        found = {"min": self._level(below, 1), "max": self._level(below, total), "mean": mean}
        found["std"] = np.sqrt(np.maximum(variance, 0))
        found |= {name: self._level(below, np.ceil(share * total)) for name, share in QUANTILES.items()}
        return {name: value.reshape(3, 1, 1) for name, value in found.items()} | {"count": np.array([self._frames])}

    @staticmethod
    def _level(below: NDArray[np.int64], rank: NDArray[Any] | int) -> NDArray[np.float64]:
        """Return (3,) the lowest level that at least `rank` pixels of each channel do not exceed."""
        return np.argmax(below >= np.broadcast_to(rank, 3)[:, None], axis=1) / 255
