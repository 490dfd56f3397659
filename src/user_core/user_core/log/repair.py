"""Rebuilding of a log that is damaged before its end."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from user_core.errors import LogError
from user_core.log.bag_topic import BagTopic
from user_core.log.framing import file_header, names_record
from user_core.log.log_file import LogFile, unwritable
from user_core.run import write_atomically


def rebuild(damaged: LogFile, *, log_id: str, run: str, topics: Sequence[BagTopic]) -> tuple[LogFile, Path]:
    """Write all whole records of a file to a new one, which takes its name once it is complete.

    Args:
        damaged: The file, with every whole record in its index; closed at the end.
        log_id: Name of the new numbering.
        run: UUID of the run.
        topics: For the new file.

    Returns:
        The new file, open for appending, and the path of the damaged one, which is kept.

    Raises:
        LogError: When it cannot be written; the damaged file is then as it was.
    """
    path = damaged.path
    temporary = path.with_name(f".{path.name}.rebuild")
    aside = _free_name(path)
    try:
        rebuilt = _copy(damaged, temporary, log_id=log_id, run=run, topics=topics)
        os.link(path, aside)  # a crash here leaves two names of the damaged file, and the repair begins anew
        temporary.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)
    rebuilt.path = path
    damaged.close()
    return rebuilt, aside


def _copy(damaged: LogFile, path: Path, *, log_id: str, run: str, topics: Sequence[BagTopic]) -> LogFile:
    begin = file_header() + names_record(log_id=log_id, run=run)
    write_atomically(path, begin)
    copy = LogFile(path)
    try:
        copy.end = len(begin)
        for number in range(len(damaged.index)):
            payload, _, kinds = damaged.read(range(number, number + 1))
            stamp_ns = damaged.index.stamps_ns[number]
            copy.append(kinds[0], payload.tobytes(), stamp_ns=stamp_ns, topics=topics)
        copy.sync()
    except LogError:
        copy.close()
        raise
    return copy


def _free_name(path: Path) -> Path:
    number = 0
    while (aside := path.with_name(f"{path.stem}.damaged_{number}")).exists():
        number += 1
    return aside
