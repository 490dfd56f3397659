"""Every message of one .db3 file, rosbag2's older storage."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from user_core.errors import LogError
from user_core.log.raw_file import RawMessage


class RawSqliteFile:
    """One file; sqlite itself leaves out what a crash cut short.

    Args:
        path: Of the .db3 file.

    Raises:
        LogError: When it cannot be opened, or holds no tables of rosbag2.
    """

    lost_bytes = 0
    closed = True

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            rows = self._base.execute("SELECT id, name, type FROM topics").fetchall()
        except sqlite3.Error as error:
            raise LogError(f"{path} is not a .db3 file of rosbag2 that can be read: {error}.") from error
        self._topics = {number: (name, type_name) for number, name, type_name in rows}

    def messages(self) -> Iterator[RawMessage]:
        """Yield every message in the order of its receipt. Raises LogError where the file is damaged."""
        try:
            rows = self._base.execute("SELECT id, topic_id, timestamp, data FROM messages ORDER BY timestamp, id")
            for number, topic_id, log_ns, payload in rows:
                topic, type_name = self._topics.get(topic_id, ("", ""))
                yield RawMessage(topic=topic, type_name=type_name, log_ns=log_ns, payload=payload, place=(number, 0, 0))
        except sqlite3.Error as error:
            raise LogError(
                f"{self.path} is damaged: {error}. Copy or record it again; sqlite3's .recover may save some of it."
            ) from error

    def read(self, place: tuple[int, int, int]) -> bytes:
        """Return the bytes of a message again."""
        (payload,) = self._base.execute("SELECT data FROM messages WHERE id = ?", (place[0],)).fetchone()
        return bytes(payload)

    def close(self) -> None:
        """Close the file."""
        self._base.close()
