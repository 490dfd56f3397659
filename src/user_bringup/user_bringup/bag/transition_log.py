"""A bag of ours: its records, once it is known that they can be read with the messages that are installed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from user_bringup.bag.recording import bag_folder, open_recording
from user_core.errors import LogError
from user_core.log.definition import Definitions
from user_core.log.kinds import RecordKind
from user_core.log.layout import layout_differences
from user_core.log.reader import BagReader, BagRecord
from user_core.ros.definitions import log_definitions


class TransitionLog:
    """A run's log, a bag of demonstrations, or any bag with our types.

    Args:
        path: The bag's folder or file, or the run's folder.

    Raises:
        LogError: When there is no bag.
    """

    def __init__(self, path: Path) -> None:
        self.path = bag_folder(path)
        self.log_id = self.run = ""

    def records(self) -> Iterator[BagRecord]:
        """Yield all records of ours, from the first on.

        Raises:
            LogError: When the bag has none, or was written with other message definitions, or is damaged.
        """
        open_recording(self.path)
        seen: set[RecordKind] = set()
        with BagReader(self.path) as bag:
            for record in bag.records():
                self.log_id, self.run = bag.log_id, bag.run
                if record.kind not in seen:
                    seen.add(record.kind)
                    refuse_other_definition(self.path, record.kind, bag.definitions)
                yield record
        if not seen:
            raise without_records(self.path)


def refuse_other_definition(path: Path, kind: RecordKind, stored: Definitions) -> None:
    """Raise LogError when a kind's bytes were laid out by another definition than the installed one.

    Args:
        path: The bag, for the error.
        kind: The kind of record that is to be read.
        stored: Definitions that the bag carries.
    """
    fields = layout_differences(stored[kind], log_definitions()[kind]) if kind in stored else []
    if fields:
        raise LogError(
            f"{path} was written with another definition of {kind.type_name}; these fields differ: "
            f"{', '.join(fields)}. Use the version of USER that wrote it, or collect anew."
        )


def without_records(path: Path) -> LogError:
    """Return the error for a bag that holds nothing of ours."""
    counts = Counter(message.topic.definition.type_name for message in open_recording(path).messages())
    if not counts:
        return LogError(f"{path} is an empty bag: it holds no message; record or collect into it first.")
    return LogError(
        f"{path} holds no {RecordKind.TRANSITION.type_name}, only {', '.join(sorted(counts))}; make transitions out of "
        f"driver topics with ./user convert. info and play work on every bag."
    )
