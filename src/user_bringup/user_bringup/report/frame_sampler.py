"""Evenly spaced frames of an episode whose length is not known before its end, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from user_core.types import ImageArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """What the cameras saw at one step."""

    step: int
    images: tuple[ImageArray, ...]


class FrameSampler:
    """Keeps every n-th frame, and doubles n whenever it holds twice as many as are wanted.

    Args:
        count: Frames wanted at the end, at least 2.
    """

    def __init__(self, *, count: int) -> None:
        self._count = count
        self._every = 1
        self._kept: list[Frame] = []
        self._newest: Frame | None = None

    def add(self, frame: Frame) -> None:
        """Take the frame of a later step."""
        if not frame.images:
            return
        self._newest = frame
        if frame.step % self._every:
            return
        self._kept.append(frame)
        if len(self._kept) > 2 * self._count:
            self._every *= 2
            self._kept = [kept for kept in self._kept if kept.step % self._every == 0]

    def chosen(self) -> list[Frame]:
        """Return at most `count` frames, the first and the newest among them."""
        frames = list(self._kept)
        if self._newest is not None and (not frames or frames[-1] is not self._newest):
            frames.append(self._newest)
        if len(frames) <= self._count:
            return frames
        steps = np.array([frame.step for frame in frames])
        wanted = np.linspace(steps[0], steps[-1], self._count)
        nearest = np.unique(np.abs(steps[:, None] - wanted).argmin(axis=0))
        return [frames[index] for index in nearest]
