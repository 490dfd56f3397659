"""Features of a frozen extractor, in batches; a cache computes them once per row."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from user_learner.replay.memory import SamplingMemory
from user_learner.replay.observations import observations_of
from user_policies.policies.feature_extractor import FeatureExtractor

_ROWS_AT_ONCE = 256


def features_of(
    extractor: FeatureExtractor,
    *,
    memory: SamplingMemory,
    rows: NDArray[np.int64],
    rows_at_once: int,
    device: torch.device,
) -> Tensor:
    """Returns the features (len(rows), F) of some rows of a memory, without dropout.

    Args:
        extractor: What computes them.
        memory: Where the observations are.
        rows: Which.
        rows_at_once: Size of the batches in which they are computed.
        device: Where to compute, and where they are then.
    """
    features = torch.zeros(len(rows), extractor.outputs, device=device)
    extractor.eval()
    with torch.no_grad():
        for start in range(0, len(rows), rows_at_once):
            part = slice(start, start + rows_at_once)
            features[part] = extractor(
                observations_of(memory, rows[part], images=extractor.reads_images, device=device)
            )
    return features


class FeatureCache:
    """Keeps features (rows, F) beside a memory, so that an update never runs a convolution.

    The extractor is the one that acts; when it is trained again, `forget` makes all rows be computed anew.
    """

    def __init__(self, *, memory: SamplingMemory, extractor: FeatureExtractor, device: torch.device) -> None:
        """Starts with no row computed."""
        self._memory = memory
        self._extractor = extractor
        self._device = device
        self._features = torch.zeros(64, extractor.outputs, device=device)
        self._computed = 0

    def forget(self) -> None:
        """Discards all features: the extractor has changed."""
        self._computed = 0

    def refresh(self) -> None:
        """Computes the rows that the memory got since the last call."""
        while self._computed < len(self._memory):
            rows = np.arange(self._computed, min(len(self._memory), self._computed + _ROWS_AT_ONCE))
            self._reserve(int(rows[-1]) + 1)
            self._features[torch.from_numpy(rows)] = features_of(
                self._extractor, memory=self._memory, rows=rows, rows_at_once=_ROWS_AT_ONCE, device=self._device
            )
            self._computed = int(rows[-1]) + 1

    def gather(self, rows: np.ndarray) -> Tensor:
        """Returns the features of rows, (len(rows), F)."""
        self.refresh()
        return self._features[torch.from_numpy(rows)]

    def _reserve(self, rows: int) -> None:
        if rows <= len(self._features):
            return
        grown = torch.zeros(max(rows, 2 * len(self._features)), self._features.shape[1], device=self._device)
        grown[: len(self._features)] = self._features
        self._features = grown
