"""Demonstrations from a rosbag2 bag, through the same reader as the log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from user_core.errors import InvalidRecordError, LogError
from user_core.log.kinds import RecordKind
from user_core.log.reader import BagReader
from user_core.ros.records import decode
from user_learner.session.inbox import Record


class BagDemonstrations:
    """A bag that may still have to be recorded.

    Args:
        folder: Of the bag; its metadata.yaml is written when the recording is closed.
    """

    is_recording = True

    def __init__(self, *, folder: Path) -> None:
        self._folder = folder
        self.description = str(folder)

    def available(self) -> bool:
        """Tell whether the bag is there and closed."""
        return (self._folder / "metadata.yaml").exists()

    def records(self) -> Iterator[Record]:
        """Yield its records in order.

        Raises:
            LogError: When the bag is damaged, or a record of it cannot be decoded.
        """
        try:
            transitions = 0
            with BagReader(self._folder) as bag:
                for record in bag.records():
                    if record.kind is not RecordKind.REJECTED:
                        transitions += record.kind is RecordKind.TRANSITION
                        yield decode(record.kind, record.payload)
            if not transitions:
                raise LogError("it holds no transitions; `./user convert` makes them out of a bag of raw topics.")
        except (LogError, InvalidRecordError) as error:
            raise LogError(
                f"the demonstrations cannot be read: {str(error).rstrip('.')}. Name another bag with demonstrations:=, "
                f"or move {self._folder} away, so that they are collected anew"
            ) from error
