"""Rules by which the rows of a batch are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from user_learner.replay.imitation_rows import ImitationRows


class SampleableRows(Protocol):
    """Rows with a successor, by where they come from; a person's steps in training are in both."""

    @property
    def online_rows(self) -> NDArray[np.int64]:
        """Rows of mode train, of this run."""

    @property
    def demonstration_rows(self) -> NDArray[np.int64]:
        """Rows of collected successes, and a person's steps in mode train."""

    @property
    def imitation(self) -> ImitationRows:
        """Rows of collected successes, and of a person's steps in training episodes that succeeded."""

    @property
    def predecessor(self) -> NDArray[np.int64]:
        """(rows,) row of the step before, or -1."""


@dataclass(frozen=True, kw_only=True, eq=False)
class DrawnRows:
    """(B,) rows, and whether each was drawn from the demonstrations."""

    rows: NDArray[np.int64]
    is_demonstration: NDArray[np.bool_]


class SamplingRule(Protocol):
    """Draws rows with replacement."""

    def ready(self, memory: SampleableRows) -> bool:
        """Tell whether there is something to draw from."""

    def draw(self, memory: SampleableRows, *, batch_size: int, generator: Generator) -> DrawnRows:
        """Return `batch_size` rows."""


class OnlineSampling:
    """Uniform over what was done in training."""

    def ready(self, memory: SampleableRows) -> bool:
        """Tell whether training has begun."""
        return len(memory.online_rows) > 0

    def draw(self, memory: SampleableRows, *, batch_size: int, generator: Generator) -> DrawnRows:
        """Return rows of mode train."""
        rows = memory.online_rows[generator.integers(len(memory.online_rows), size=batch_size)]
        return DrawnRows(rows=rows, is_demonstration=np.zeros(batch_size, np.bool_))


class SymmetricSampling:
    """Half of each batch from training, half from demonstrations: arXiv:2302.02948, section 4.1."""

    def ready(self, memory: SampleableRows) -> bool:
        """Tell whether both halves have rows."""
        return len(memory.online_rows) > 0 and len(memory.demonstration_rows) > 0

    def draw(self, memory: SampleableRows, *, batch_size: int, generator: Generator) -> DrawnRows:
        """Return batch_size // 2 rows of demonstrations after the rows of training."""
        demonstrations = batch_size // 2
        online = batch_size - demonstrations
        rows = np.concatenate(
            [
                memory.online_rows[generator.integers(len(memory.online_rows), size=online)],
                memory.demonstration_rows[generator.integers(len(memory.demonstration_rows), size=demonstrations)],
            ]
        )
        return DrawnRows(rows=rows, is_demonstration=np.arange(batch_size) >= online)


class CorrectionSampling:
    """What a person showed: chunks of demonstrations, and chunks of practice that hold a correction.

    Only corrections on the way to a success are drawn. A chunk of them begins at most H - 1 steps before one of the
    person's, so that every place in a chunk learns from it; which of its steps are theirs, `Batch.by_person` says.
    """

    def __init__(self, *, horizon: int, demonstration_share: float) -> None:
        """Takes what a batch is mixed from.

        Args:
            horizon: H, steps in a chunk.
            demonstration_share: Expected share of a batch that is drawn from demonstrations, at the least: more while
                they are more of all steps than that. What there is none of leaves its share to the other.
        """
        self._horizon = horizon
        self._demonstration_share = demonstration_share

    def ready(self, memory: SampleableRows) -> bool:
        """Tell whether a person has shown anything."""
        return len(memory.imitation.shown) + len(memory.imitation.corrected) > 0

    def draw(self, memory: SampleableRows, *, batch_size: int, generator: Generator) -> DrawnRows:
        """Return rows that are demonstrations, or the first of a chunk with a correction in it."""
        shown, corrected = memory.imitation.shown, memory.imitation.corrected
        is_shown = generator.random(batch_size) < self._share(shown=len(shown), corrected=len(corrected))
        rows = np.empty(batch_size, np.int64)
        count = int(is_shown.sum())
        if count:
            rows[is_shown] = shown[generator.integers(len(shown), size=count)]
        if count < batch_size:
            chosen = corrected[generator.integers(len(corrected), size=batch_size - count)]
            back = generator.integers(self._horizon, size=batch_size - count)
            rows[~is_shown] = _earlier(chosen, steps=back, predecessor=memory.predecessor)
        return DrawnRows(rows=rows, is_demonstration=is_shown)

    def _share(self, *, shown: int, corrected: int) -> float:
        if not shown or not corrected:
            return float(shown > 0)
        return max(self._demonstration_share, shown / (shown + corrected))


def _earlier(rows: NDArray[np.int64], *, steps: NDArray[np.int64], predecessor: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the row so many steps before each, or the first one of its episode that is there."""
    for step in range(int(steps.max(initial=0))):
        before = predecessor[rows]
        rows = np.where((steps > step) & (before >= 0), before, rows)
    return rows
