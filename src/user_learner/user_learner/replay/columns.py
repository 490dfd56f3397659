"""Arrays that grow at their end."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Column:
    """One value of fixed shape per row."""

    def __init__(self, *, shape: tuple[int, ...] = (), dtype: DTypeLike = np.float32) -> None:
        """Makes an empty column of values of `shape`."""
        self._values: NDArray[Any] = np.zeros((64, *shape), dtype)
        self._length = 0

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._length

    @property
    def values(self) -> NDArray[Any]:
        """All rows as a view, (len, *shape); valid until the next append."""
        return self._values[: self._length]

    def append(self, value: Any) -> int:  # noqa: ANN401 - a scalar or an array of the column's shape
        """Adds a row and returns its number."""
        if self._length == len(self._values):
            grown = np.zeros((2 * len(self._values), *self._values.shape[1:]), self._values.dtype)
            grown[: self._length] = self._values
            self._values = grown
        self._values[self._length] = value
        self._length += 1
        return self._length - 1

    def keep(self, wanted: NDArray[np.bool_]) -> None:
        """Drops the rows that `wanted` (len,) leaves out; the others move up."""
        kept = self.values[wanted]
        self._values[: len(kept)] = kept
        self._length = len(kept)
