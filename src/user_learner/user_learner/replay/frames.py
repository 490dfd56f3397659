"""Camera frames, each kept once: in memory up to a budget, beyond it in a memory-mapped file."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from user_core.types import ImageArray

_FRAMES_PER_BLOCK = 256


class FrameStore:
    """Rows of uint8 frames of one shape, in blocks; a block beyond the budget lies in a file that nobody else sees."""

    def __init__(self, *, shape: tuple[int, int, int], budget_bytes: int, folder: Path | None) -> None:
        """Makes an empty store.

        Args:
            shape: (H, W, 3) of every frame.
            budget_bytes: What may lie in memory.
            folder: Where to spill; None takes the system's folder for temporary files.
        """
        self._shape = shape
        self._budget_bytes = budget_bytes
        self._folder = folder
        self._blocks: list[NDArray[np.uint8]] = []
        self._length = 0
        self._spilled_blocks = 0

    def __len__(self) -> int:
        """Return the number of frames."""
        return self._length

    def append(self, frame: ImageArray) -> None:
        """Adds a frame (H, W, 3)."""
        block, place = divmod(self._length, _FRAMES_PER_BLOCK)
        if block == len(self._blocks):
            self._blocks.append(self._new_block())
        self._blocks[block][place] = frame
        self._length += 1

    def gather(self, rows: Sequence[int] | NDArray[np.int64]) -> ImageArray:
        """Returns copies of the frames of `rows`, (len(rows), H, W, 3)."""
        frames = np.empty((len(rows), *self._shape), np.uint8)
        for index, row in enumerate(rows):
            block, place = divmod(int(row), _FRAMES_PER_BLOCK)
            frames[index] = self._blocks[block][place]
        return frames

    def _new_block(self) -> NDArray[np.uint8]:
        shape = (_FRAMES_PER_BLOCK, *self._shape)
        size = int(np.prod(shape))
        if (len(self._blocks) - self._spilled_blocks + 1) * size <= self._budget_bytes:
            return np.empty(shape, np.uint8)
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
        self._spilled_blocks += 1
        # The name is gone at once, so that a killed process leaves no file behind; the mapping keeps the content.
        with tempfile.TemporaryFile(dir=self._folder) as file:
            file.truncate(size)
            return np.memmap(file, np.uint8, mode="r+", shape=shape)
