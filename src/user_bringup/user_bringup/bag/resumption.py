"""Whether a run can go on with its log."""

from __future__ import annotations

import fcntl
from pathlib import Path

from user_core.log.reader import bag_file
from user_core.run import RunFolder


def is_being_written(path: Path) -> bool:
    """Tell whether a replay_node holds the log, by the lock that it keeps."""
    file = bag_file(path) if path.is_dir() else path
    if not file.exists():
        return False
    with file.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        fcntl.flock(stream, fcntl.LOCK_UN)
    return False


def resumption(path: Path, *, run: str) -> str:
    """Return "yes", or why no replay_node can go on with a log, for people.

    Args:
        path: The bag's folder.
        run: UUID of the run that wrote it, "" = unknown.
    """
    if is_being_written(path):
        return "it is being written now"
    owner = RunFolder(path=path.parent).known_identity()
    if not run or not owner:
        return "no: it stands in no run's folder; read it with demonstrations:="
    if owner != run:
        return f"no: it is of run {run}, its folder of run {owner}"
    return f"yes, with run:={path.parent}"
