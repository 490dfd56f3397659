"""Why the arm is held, and when it may go on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, auto

from user_hardware.environment.config import EnvironmentConfig

UNATTENDED = "nobody may be attending after this pause"


class HoldCause(Enum):
    """Who or what stopped the arm."""

    START = auto()
    PERSON = auto()
    FAULT = auto()
    PAUSE = auto()


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A hold that stands until `resume`."""

    cause: HoldCause
    reason: str

    def ends_by_itself(self, config: EnvironmentConfig) -> bool:
        """Tell whether it may end without a person, once what is wrong is mended; a person's hold never does."""
        return config.resume == "automatic" and self.cause is not HoldCause.PERSON


class Pause:
    """The time for which the arm has stood still without a hold: people may come near it meanwhile.

    Args:
        config: How long a pause people are thought to attend; a simulation's may last.
    """

    def __init__(self, *, config: EnvironmentConfig) -> None:
        self._limit_s = config.timing.attended_pause_s if config.resume == "manual" else math.inf
        self._since_s: float | None = None

    def is_too_long(self, now_s: float) -> bool:
        """Tell whether the pause that is going on has lasted too long; it then ends, in a hold."""
        if self._since_s is None:
            self._since_s = now_s
        if now_s - self._since_s <= self._limit_s:
            return False
        self._since_s = None
        return True

    def end(self) -> None:
        """Note that the arm moves again, or holds until somebody has looked at it."""
        self._since_s = None


class PublisherWatch:
    """Another publisher of target_pose: at start perhaps a killed predecessor's, which stays visible for a while.

    Args:
        topic: Name of the target topic, for people.
        patience_s: How long a predecessor may still be visible.
        started_s: Monotonic wall seconds at start.
    """

    def __init__(self, *, topic: str, patience_s: float, started_s: float) -> None:
        self._topic = topic
        self._until_s = started_s + patience_s
        self._alone = False
        self.problem = f"waiting to see that nobody else publishes {topic}"

    def on_count(self, count: int, *, now_s: float) -> None:
        """Take the number of publishers that the graph shows, ours included."""
        if count <= 1:
            self._alone, self.problem = True, ""
        elif self._alone or now_s > self._until_s:
            self.problem = (
                f"{count - 1} other live publisher(s) on {self._topic}: the controller must have one only. "
                f"Stop the other node, or change topics.target_pose"
            )
        else:
            self.problem = (
                f"waiting until the earlier publisher of {self._topic} is gone "
                f"(at most {self._until_s - now_s:.0f} s more if it was killed)"
            )
