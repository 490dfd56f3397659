"""Starts of the learner within a run: each supersedes the one before."""

from __future__ import annotations

from pathlib import Path

from user_core.errors import LogError
from user_core.run import write_atomically


def next_incarnation(folder: Path) -> int:
    """Count a start of the learner, durably, and return its number, from 1.

    Raises:
        LogError: When the folder cannot be written, or the file in it is no number.
    """
    file = folder / "incarnation"
    try:
        number = int(file.read_text()) + 1 if file.exists() else 1
        write_atomically(file, f"{number}\n".encode())
    except (OSError, ValueError) as error:
        raise LogError(
            f"the learner's start cannot be counted in {file} ({error}); make the run folder writable and the file a "
            "number, or choose another folder with run:="
        ) from error
    return number
