"""Features of a frozen extractor, computed once per row."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from user_learner.replay.memory import SamplingMemory
from user_learner.replay.observations import observations_of
from user_policies.policies.feature_extractor import FeatureExtractor

_ROWS_AT_ONCE = 256


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
            self._features[torch.from_numpy(rows)] = self._extract(rows)
            self._computed = int(rows[-1]) + 1

    def gather(self, rows: np.ndarray) -> Tensor:
        """Returns the features of rows, (len(rows), F)."""
        self.refresh()
        return self._features[torch.from_numpy(rows)]

    def _extract(self, rows: np.ndarray) -> Tensor:
        observations = observations_of(self._memory, rows, images=self._extractor.reads_images, device=self._device)
        self._extractor.eval()
        with torch.no_grad():
            features: Tensor = self._extractor(observations)
        return features

    def _reserve(self, rows: int) -> None:
        if rows <= len(self._features):
            return
        grown = torch.zeros(max(rows, 2 * len(self._features)), self._features.shape[1], device=self._device)
        grown[: len(self._features)] = self._features
        self._features = grown
