"""How pretraining tells others how far it is, and is told to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_REPORT_EVERY = 50


class PretrainingStopped(Exception):  # noqa: N818 - a request that was followed, not an error
    """Pretraining was asked to stop and has left nothing half done."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Reports at intervals and asks whether to go on.

    Attributes:
        report: Takes a sentence for people and the share done in [0, 1].
        should_stop: Asked at the same intervals.
    """

    report: Callable[[str, float], None]
    should_stop: Callable[[], bool]

    def at(self, *, what: str, update: int, updates: int) -> None:
        """Reports every 50 updates.

        Raises:
            PretrainingStopped: When asked to.
        """
        if update % _REPORT_EVERY == 0:
            if self.should_stop():
                raise PretrainingStopped
            self.report(f"{what}: {update} of {updates} updates", update / max(1, updates))
