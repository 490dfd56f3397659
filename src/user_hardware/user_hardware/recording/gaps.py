"""What got lost between a publisher and the recorder, as the middleware numbers it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable


class SequenceGaps:
    """Counts the samples that were published and not received, per topic.

    Attributes:
        lost: Samples by topic.
    """

    def __init__(self) -> None:
        self._last: dict[tuple[str, Hashable], int] = {}
        self.lost: Counter[str] = Counter()

    def note(self, topic: str, *, publisher: Hashable, sequence: int | None) -> int:
        """Take the number that a publisher gave a sample; return how many before it did not arrive.

        A first sample has no gap before it, and neither has one of a publisher that begins anew.
        """
        if sequence is None:
            return 0
        key = (topic, publisher)
        before = self._last.get(key)
        self._last[key] = sequence
        missed = 0 if before is None else max(sequence - before - 1, 0)
        self.lost[topic] += missed
        return missed
