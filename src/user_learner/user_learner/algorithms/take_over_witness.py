"""What an algorithm promises that wants to know where a person took over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from user_core.interfaces import Metrics
from user_learner.replay.batch import Observations
from user_learner.replay.imitation_rows import ImitationRows


@runtime_checkable
class TakeOverWitness(Protocol):
    """Is shown the practice so far after each update."""

    def witness(self, practice: ImitationRows, *, observe: Callable[[NDArray[np.int64]], Observations]) -> Metrics:
        """Take what has come since the last call; return what it says, finite numbers.

        Args:
            practice: What a person did.
            observe: Returns the observations of rows.
        """
