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


@dataclass(frozen=True, kw_only=True, eq=False)
class DrawnRows:
    """(B,) rows, and whether each was drawn from the demonstrations."""

    rows: NDArray[np.int64]
    is_demonstration: NDArray[np.bool_]


class SamplingRule(Protocol):
    """Draws rows with replacement."""

    def rows(self, memory: SampleableRows) -> NDArray[np.int64]:
        """Return all rows that may be drawn, some perhaps twice."""

    def ready(self, memory: SampleableRows) -> bool:
        """Tell whether there is something to draw from."""

    def draw(self, memory: SampleableRows, *, batch_size: int, generator: Generator) -> DrawnRows:
        """Return `batch_size` rows."""


class OnlineSampling:
    """Uniform over what was done in training."""

    def rows(self, memory: SampleableRows) -> NDArray[np.int64]:
        """Return the rows of mode train."""
        return memory.online_rows

    def ready(self, memory: SampleableRows) -> bool:
        """Tell whether training has begun."""
        return len(memory.online_rows) > 0

    def draw(self, memory: SampleableRows, *, batch_size: int, generator: Generator) -> DrawnRows:
        """Return rows of mode train."""
        rows = memory.online_rows[generator.integers(len(memory.online_rows), size=batch_size)]
        return DrawnRows(rows=rows, is_demonstration=np.zeros(batch_size, np.bool_))


class SymmetricSampling:
    """Half of each batch from training, half from demonstrations: arXiv:2302.02948, section 4.1."""

    def rows(self, memory: SampleableRows) -> NDArray[np.int64]:
        """Return the rows of both."""
        return np.concatenate([memory.online_rows, memory.demonstration_rows])

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
    """What a person showed: chunks of demonstrations, and chunks of practice that begin with a correction.

    Only corrections on the way to a success are drawn, and no chunk that begins before one: its later steps answer to
    what the policy has done wrong by then, and would be learned where it has not yet.
    """

    def __init__(self, *, demonstration_share: float) -> None:
        """Takes what a batch is mixed from.

        Args:
            demonstration_share: Expected share of a batch that is drawn from demonstrations, at the least: more while
                they are more of all steps than that. What there is none of leaves its share to the other.
        """
        self._demonstration_share = demonstration_share

    def rows(self, memory: SampleableRows) -> NDArray[np.int64]:
        """Return what was shown, and what was corrected on the way to a success."""
        return np.concatenate([memory.imitation.shown, memory.imitation.corrected])

    def ready(self, memory: SampleableRows) -> bool:
        """Tell whether a person has shown anything."""
        return len(memory.imitation.shown) + len(memory.imitation.corrected) > 0

    def draw(self, memory: SampleableRows, *, batch_size: int, generator: Generator) -> DrawnRows:
        """Return rows that are demonstrations, or a person's in practice."""
        shown, corrected = memory.imitation.shown, memory.imitation.corrected
        is_shown = generator.random(batch_size) < self._share(shown=len(shown), corrected=len(corrected))
        rows = np.empty(batch_size, np.int64)
        count = int(is_shown.sum())
        if count:
            rows[is_shown] = shown[generator.integers(len(shown), size=count)]
        if count < batch_size:
            rows[~is_shown] = corrected[generator.integers(len(corrected), size=batch_size - count)]
        return DrawnRows(rows=rows, is_demonstration=is_shown)

    def _share(self, *, shown: int, corrected: int) -> float:
        if not shown or not corrected:
            return float(shown > 0)
        return max(self._demonstration_share, shown / (shown + corrected))
