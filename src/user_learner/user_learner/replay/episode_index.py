"""Which row holds which step of which episode: neighbours are proved, never assumed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from user_learner.replay.columns import Column

MISSING = -1


class EpisodeIndex:
    """Finds the successor of a row by (episode, step), in whatever order the rows came."""

    def __init__(self) -> None:
        """Starts empty."""
        self._rows: dict[str, dict[int, int]] = {}
        self._successor = Column(dtype=np.int64)
        self._predecessor = Column(dtype=np.int64)

    @property
    def successor(self) -> NDArray[np.int64]:
        """(rows,) row of the next step of the same episode, or MISSING."""
        return self._successor.values

    @property
    def predecessor(self) -> NDArray[np.int64]:
        """(rows,) row of the step before of the same episode, or MISSING."""
        return self._predecessor.values

    @property
    def episodes(self) -> list[str]:
        """Episodes in the order in which they first appeared."""
        return list(self._rows)

    def rows_of(self, episode: str) -> dict[int, int]:
        """Returns step → row of one episode; empty when it is unknown."""
        return self._rows.get(episode, {})

    def add(self, *, episode: str, step: int) -> list[int]:
        """Gives (episode, step) the next row.

        Returns:
            Rows whose successor became known by this, at most two: the step before, and this one.
        """
        row = self._successor.append(MISSING)
        self._predecessor.append(MISSING)
        steps = self._rows.setdefault(episode, {})
        steps[step] = row
        completed = []
        for earlier in (step - 1, step):
            if earlier in steps and earlier + 1 in steps:
                self._successor.values[steps[earlier]] = steps[earlier + 1]
                self._predecessor.values[steps[earlier + 1]] = steps[earlier]
                completed.append(steps[earlier])
        return completed
