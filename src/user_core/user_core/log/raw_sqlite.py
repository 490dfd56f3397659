"""Every message of one .db3 file, rosbag2's older storage."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from user_core.errors import LogError
from user_core.log.definition import MessageDefinition
from user_core.log.recorded_message import RecordedMessage, RecordedTopic, is_latched


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
            self._topics = dict(_topics(self._base))
        except (sqlite3.Error, KeyError) as error:
            raise LogError(f"{path} is not a .db3 file of rosbag2 that can be read: {error}.") from error

    def messages(self) -> Iterator[RecordedMessage]:
        """Yield every message in the order of its receipt. Raises LogError where the file is damaged."""
        try:
            rows = self._base.execute("SELECT id, topic_id, timestamp, data FROM messages ORDER BY timestamp, id")
            for number, topic, stamp_ns, payload in rows:
                yield RecordedMessage(
                    topic=self._topics[topic], stamp_ns=stamp_ns, payload=payload, place=(number, 0, 0)
                )
        except (sqlite3.Error, KeyError) as error:
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


def _topics(base: sqlite3.Connection) -> Iterator[tuple[int, RecordedTopic]]:
    rows = base.execute("SELECT * FROM topics")
    columns = [column[0] for column in rows.description]  # later versions of rosbag2 added some
    for values in rows:
        row = dict(zip(columns, values, strict=True))
        type_hash = str(row.get("type_description_hash") or "")
        yield (
            row["id"],
            RecordedTopic(
                name=row["name"],
                definition=MessageDefinition(type_name=row["type"], text="", type_hash=type_hash),
                latched=is_latched(row["name"], str(row.get("offered_qos_profiles") or "")),
                encoding=row["serialization_format"],
            ),
        )
