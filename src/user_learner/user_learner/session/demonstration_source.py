"""Where demonstrations come from, as the learner's thread sees it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from user_learner.session.inbox import Record


class DemonstrationSource(Protocol):
    """A recorded bag, or none."""

    description: str
    is_recording: bool

    def available(self) -> bool:
        """Tell whether the recording is there and finished."""

    def records(self) -> Iterable[Record]:
        """Return its records in order; raises LogError when it cannot be read."""


class NoDemonstrations:
    """No recording: demonstrations, if any, stand in the log."""

    description = "no recording"
    is_recording = False

    def available(self) -> bool:
        """Tell that there is nothing to wait for."""
        return True

    def records(self) -> Iterable[Record]:
        """Return nothing."""
        return ()
