"""A table on disk that only grows: one JSON object per line, flushed as it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from user_core.errors import LogError

Row = dict[str, Any]


class RowFile:
    """Append-only rows. A kill loses at most the row that was being written, and never one before it.

    Args:
        path: The file; made with its folder on the first append.

    Raises:
        LogError: When the file cannot be read or written, or a row other than the last is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._torn_tail_removed = False

    def rows(self) -> list[Row]:
        """Return all complete rows; a torn last line is not one."""
        lines = self._content().split(b"\n")[:-1]
        rows: list[Row] = []
        for number, line in enumerate(lines, start=1):
            try:
                rows.append(json.loads(line))
            except ValueError as error:
                raise LogError(
                    f"line {number} of {self._path} is not JSON ({error}); remove that line, the rest is kept"
                ) from error
        return rows

    def append(self, row: Mapping[str, Any]) -> None:
        """Write one row and hand it to the operating system."""
        line = json.dumps(row, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if not self._torn_tail_removed:
                self._remove_torn_tail()
            with self._path.open("ab") as stream:
                stream.write(line)
        except OSError as error:
            self._torn_tail_removed = False
            raise LogError(f"{self._path} cannot be written ({error}); free space or change run:=") from error

    def _content(self) -> bytes:
        try:
            return self._path.read_bytes() if self._path.exists() else b""
        except OSError as error:
            raise LogError(f"{self._path} cannot be read ({error})") from error

    def _remove_torn_tail(self) -> None:
        content = self._content()
        complete = content.rfind(b"\n") + 1
        if complete < len(content):
            with self._path.open("r+b") as stream:
                stream.truncate(complete)
        self._torn_tail_removed = True
