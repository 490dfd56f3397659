"""The person's last word on an episode: which one is asked about, what was pressed, and what the log says."""

from __future__ import annotations

from collections.abc import Collection

from user_core.log.label import FAILURE, SUCCESS, EpisodeLabel
from user_core.types import Outcome
from user_hardware.environment.attempt import Attempt
from user_hardware.environment.goal import EpisodeSchedule
from user_hardware.environment.opening import report_end

LABEL_OF = {Outcome.SUCCESS: SUCCESS, Outcome.FAILURE: FAILURE}
"""The label that a person's button stands for."""
_SHORT = 8


class VerdictDesk:
    """One question at a time. Only a label that stands in the log is an answer; a button is a wish to write one.

    Episodes that a predecessor of this process left open are asked about as well: until they are judged the learner
    stands still.

    Args:
        schedule: Is told how an episode ended once a person has said so.
    """

    def __init__(self, *, schedule: EpisodeSchedule) -> None:
        self._schedule = schedule
        self._own: Attempt | None = None
        self._inherited: list[str] = []
        self._pressed: tuple[str, Outcome] | None = None
        self._heard: dict[str, EpisodeLabel] = {}
        self._missed = ""

    @property
    def awaited(self) -> str:
        """UUID of the episode that a person is asked about, or ""."""
        if self._own is not None:
            return self._own.identity.episode
        return self._inherited[0] if self._inherited else ""

    @property
    def prompt(self) -> str:
        """What a person is asked, or ""."""
        if not self.awaited:
            return ""
        end = None if self._own is None else self._own.end
        ended = "" if end is None else f" (the reward says {end.outcome})"
        return (
            f"was episode {self.awaited[:_SHORT]} a success?{ended} Answer with a device's success or failure button, "
            "with 1 or 0 in operator_console, or by /replay/label"
        )

    @property
    def answer(self) -> Outcome | None:
        """What a person has pressed, which is not in the log yet."""
        if self._pressed is None or self._pressed[0] != self.awaited:
            return None
        return self._pressed[1]

    def open(self, attempt: Attempt) -> None:
        """Ask about an episode that has just ended."""
        self._own, self._pressed = attempt, None

    def press(self, mark: Outcome | None) -> None:
        """Take a person's button; without a question it says nothing."""
        if mark is not None and self.awaited:
            self._pressed = (self.awaited, mark)

    def take_label(self, label: EpisodeLabel) -> None:
        """Take a label that stands in the log now; one for an episode that has not ended yet waits for its end."""
        self._heard[label.episode] = label
        self._inherited = [episode for episode in self._inherited if episode != label.episode]
        if self._own is not None and self._own.identity.episode == label.episode:
            self._close(label)

    def take_list(self, awaited: Collection[str], *, all_acknowledged: bool) -> None:
        """Take the log's list of this robot's episodes that wait for a person's word.

        Args:
            awaited: UUIDs.
            all_acknowledged: The log holds all that we have recorded, so that an episode that is not on the list has
                got its label; one that has not been heard by the next list never will be.
        """
        own = "" if self._own is None else self._own.identity.episode
        self._inherited = [episode for episode in awaited if episode != own]
        if own and all_acknowledged and own not in awaited:
            if own in self._heard or self._missed == own:
                self._close(self._heard.get(own))
            self._missed = own

    def _close(self, label: EpisodeLabel | None) -> None:
        if self._own is not None:
            attempt, self._own = self._own, None
            report_end(self._schedule, attempt, attempt.decide(label))
