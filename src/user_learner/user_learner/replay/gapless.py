"""A set of counted numbers that mostly arrive in order, kept as one bound and the few beyond it."""

from __future__ import annotations


class GaplessSet:
    """Numbers from 0 on; knows the highest one below which none is missing.

    Attributes:
        highest_without_gap: -1 while 0 is missing.
    """

    def __init__(self) -> None:
        self.highest_without_gap = -1
        self._beyond: set[int] = set()

    def __contains__(self, number: int) -> bool:
        return number <= self.highest_without_gap or number in self._beyond

    def __len__(self) -> int:
        return self.highest_without_gap + 1 + len(self._beyond)

    def add(self, number: int) -> None:
        """Add a number >= 0; one that is there changes nothing."""
        if number in self:
            return
        self._beyond.add(number)
        while self.highest_without_gap + 1 in self._beyond:
            self.highest_without_gap += 1
            self._beyond.remove(self.highest_without_gap)
