"""The next batch, drawn while a GPU computes on this one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from user_learner.random_state import numpy_generator_state, restore_numpy_generator
from user_learner.replay.batch import Batch


class BatchPrefetch:
    """Batches one after the other; the memory rests while one is used, so that the next may be drawn meanwhile.

    The next batch knows what the memory had when this one was taken: what comes in between is drawn one update later.
    """

    def __init__(self, *, draw: Callable[[Generator], Batch], seed: int, ahead: bool) -> None:
        """Draws nothing yet.

        Args:
            draw: Takes a batch out of the memory.
            seed: Of the rows.
            ahead: Whether the next batch is drawn beside the use of this one, else when it is wanted. Where the
                networks compute on the processors that draw, there is nothing to be gained.
        """
        self._draw = draw
        self._rows: Generator = np.random.default_rng(seed)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="prefetch") if ahead else None
        self._next: Batch | None = None
        self._before_next = numpy_generator_state(self._rows)

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Give a batch; when the block ends nothing reads the memory any more."""
        taken = self._draw(self._rows) if self._next is None else self._next
        self._next = None
        if self._pool is None:
            yield taken
            return
        self._before_next = numpy_generator_state(self._rows)
        drawing = self._pool.submit(self._draw, self._rows)
        try:
            yield taken
        finally:
            self._next = drawing.result()

    def state(self) -> NDArray[np.uint8]:
        """Return where the rows are drawn from, without what was drawn ahead."""
        return numpy_generator_state(self._rows) if self._next is None else self._before_next

    def restore(self, state: NDArray[Any]) -> None:
        """Undo `state`; what was drawn ahead is drawn anew."""
        restore_numpy_generator(self._rows, np.asarray(state, np.uint8))
        self._next = None
