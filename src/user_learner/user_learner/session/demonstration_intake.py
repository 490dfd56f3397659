"""Demonstrations on their way to memory: those of a recording at once, and how many are still waited for."""

from __future__ import annotations

from collections.abc import Callable

from user_core.errors import ConfigurationError
from user_learner.config import WHERE
from user_learner.replay.memory import SamplingMemory
from user_learner.session.demonstration_source import DemonstrationSource
from user_learner.session.log_intake import LogIntake


class DemonstrationIntake:
    """Takes a recording, once it is there, and says what pretraining lacks.

    Args:
        source: The recording, or none.
        wanted: Successful demonstrations that pretraining waits for.
        say: Takes a sentence for people.
    """

    def __init__(self, *, source: DemonstrationSource, wanted: int, say: Callable[[str], None]) -> None:
        self._source = source
        self._wanted = wanted
        self._say = say
        self.taken = False

    def take(self, intake: LogIntake, *, show: Callable[[str], None]) -> None:
        """Give the recording to `intake` if it is there and was not given yet; `show` is told how far that is."""
        if self.taken or not self._source.available():
            return
        where = self._source.description
        for count, record in enumerate(self._source.records()):
            intake.take_recorded(record)
            if count % 100 == 0:
                show(f"demonstrations in {where}: record {count}")
        self.taken = True
        if intake.invalid_records:
            self._say(f"{where}: {intake.invalid_records} records left out, the last: {intake.last_fault}")

    def forget(self) -> None:
        """Note that there is a new memory, which has none of it."""
        self.taken = False

    def refuse_too_few(self, memory: SamplingMemory) -> None:
        """A recording that is complete, and a log that has no more of them, are nothing to wait for.

        Raises:
            ConfigurationError: With the number that is there.
        """
        if not (self._source.is_recording and self.taken):
            return
        there = len(memory.successful_demonstrations())
        raise ConfigurationError(
            key="pretraining.demonstrations",
            value=self._wanted,
            allowed=f"at most {there}, the successful demonstrations in {self._source.description}",
            where=f"{WHERE}, or say demonstrations_needed:={there}, or name another bag with demonstrations:=",
        )

    def missing(self, memory: SamplingMemory) -> str:
        """Return what pretraining waits for, in words."""
        if not self.taken:
            return f"waiting for demonstrations in {self._source.description}"
        there = len(memory.successful_demonstrations())
        return f"waiting for demonstrations: {there} of {self._wanted} successful ones are there"
