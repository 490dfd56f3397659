"""Film strips of episodes, from the frames that pass by."""

from __future__ import annotations

import numpy as np

from user_core.types import ImageArray, StepType, Transition


class EpisodeStrips:
    """Keeps the frames of running episodes and joins a few of them when one ends.

    Args:
        every_episodes: One strip per that many closed training episodes.
        frames: Frames in a strip.
    """

    def __init__(self, *, every_episodes: int, frames: int = 8) -> None:
        self._every_episodes = every_episodes
        self._frames = frames
        self._running: dict[str, tuple[str, list[ImageArray]]] = {}
        self._closed = 0

    def add(self, transition: Transition) -> ImageArray | None:
        """Take a record; return a strip when it closes an episode whose turn it is.

        Returns:
            (cameras · H, frames · W, 3) uint8 RGB, the frames evenly spread over the episode.
        """
        observation = transition.observation
        if not observation.images:
            return None
        episode, frames = self._running.get(transition.robot, ("", []))
        if episode != observation.episode:
            frames = []
            self._running[transition.robot] = (observation.episode, frames)
        if self._closed % self._every_episodes == 0:
            frames.append(_stacked(observation.images))
        if transition.step_type is not StepType.LAST:
            return None
        del self._running[transition.robot]
        self._closed += 1
        if not frames:
            return None
        chosen = np.linspace(0, len(frames) - 1, min(self._frames, len(frames))).round().astype(int)
        return np.concatenate([frames[index] for index in chosen], axis=1)


def _stacked(images: tuple[ImageArray, ...]) -> ImageArray:
    """Return all cameras, one above the other; only those as wide as the first."""
    same_width = [image for image in images if image.shape[1] == images[0].shape[1]]
    return np.concatenate(same_width, axis=0)
