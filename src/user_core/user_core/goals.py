"""A goal of a ROS action as adapters see it: sent, then told of as it goes, and never waited for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class GoalEvent(StrEnum):
    """What has become of a goal."""

    ACCEPTED = "accepted"
    FEEDBACK = "feedback"
    SUCCEEDED = "succeeded"
    ABORTED = "aborted"
    CANCELED = "canceled"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, eq=False)
class GoalReport:
    """One piece of news of a goal.

    Attributes:
        event: REFUSED also stands for one that could not be sent.
        message: The action's feedback or result, or None.
        reason: For people, or "".
    """

    event: GoalEvent
    message: Any = None
    reason: str = ""

    @property
    def final(self) -> bool:
        """Whether nothing more will come of this goal."""
        return self.event not in (GoalEvent.ACCEPTED, GoalEvent.FEEDBACK)


OnGoalReport = Callable[[GoalReport], None]
SendGoal = Callable[[Mapping[str, Any], OnGoalReport], Callable[[], None]]
"""Takes a goal's fields and whom to tell, returns at once what cancels it; the first report may come before it does."""
