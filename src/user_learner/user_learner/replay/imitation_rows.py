"""Which rows may be imitated: what was shown with success, and what a person corrected on the way to one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from user_learner.replay.columns import Column


class ImitationRows:
    """Rows of closed successes, counted anew whenever an episode or its label changes."""

    def __init__(self) -> None:
        """Starts empty."""
        self._shown = Column(dtype=np.int64)
        self._corrected = Column(dtype=np.int64)
        self._take_overs = Column(dtype=np.int64)

    @property
    def shown(self) -> NDArray[np.int64]:
        """Rows of collected episodes that succeeded."""
        return self._shown.values

    @property
    def corrected(self) -> NDArray[np.int64]:
        """Rows in which a person acted, of training episodes that succeeded."""
        return self._corrected.values

    @property
    def take_overs(self) -> NDArray[np.int64]:
        """Rows of this run's practice in which a person took over, whatever became of the episode."""
        return self._take_overs.values

    def note_take_over(self, row: int) -> None:
        """Takes the first of a person's steps in a row, as it arrives."""
        self._take_overs.append(row)

    def count_shown(self, rows: NDArray[np.int64], *, success: bool) -> None:
        """Counts the rows of a closed episode that was collected."""
        count_rows(self._shown, rows, success=success)

    def count_corrected(self, rows: NDArray[np.int64], *, success: bool) -> None:
        """Counts the rows of a closed training episode in which a person acted."""
        count_rows(self._corrected, rows, success=success)


def count_rows(column: Column, rows: NDArray[np.int64], *, success: bool) -> None:
    """Leaves the rows of an episode in the column if it succeeded, and none of them if not."""
    counted = np.isin(column.values, rows)
    if counted.any():
        column.keep(~counted)
    if success:
        for row in rows:
            column.append(row)
