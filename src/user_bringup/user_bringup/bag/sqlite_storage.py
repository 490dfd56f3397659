"""Reads every message of a .db3 file, the storage of rosbag2 before mcap."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from user_bringup.bag.recorded_message import RecordedMessage, RecordedTopic, is_latched
from user_core.errors import LogError
from user_core.log.definition import MessageDefinition


def read_sqlite(path: Path) -> Iterator[RecordedMessage]:
    """Yield the messages of a file in the order of their stamps.

    Raises:
        LogError: When it is no such file or damaged.
    """
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        topics = _topics(connection)
        for topic, stamp_ns, payload in connection.execute(
            "SELECT topic_id, timestamp, data FROM messages ORDER BY timestamp, id"
        ):
            yield RecordedMessage(topic=topics[topic], stamp_ns=stamp_ns, payload=payload)
    except (sqlite3.Error, KeyError) as error:
        raise LogError(
            f"{path} cannot be read: {error}. Copy or record it again; `ros2 bag reindex` can mend metadata."
        ) from error
    finally:
        connection.close()


def _topics(connection: sqlite3.Connection) -> dict[int, RecordedTopic]:
    rows = connection.execute("SELECT * FROM topics")
    columns = [column[0] for column in rows.description]  # later versions of rosbag2 added some
    topics = {}
    for values in rows:
        row = dict(zip(columns, values, strict=True))
        type_hash = str(row.get("type_description_hash") or "")
        topics[row["id"]] = RecordedTopic(
            name=row["name"],
            definition=MessageDefinition(type_name=row["type"], text="", type_hash=type_hash),
            latched=is_latched(row["name"], str(row.get("offered_qos_profiles") or "")),
            encoding=row["serialization_format"],
        )
    return topics
