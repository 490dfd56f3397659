"""Reads every message of a bag through rosbag2 itself: for compressed bags and storages that only it knows."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

from user_core.errors import LogError
from user_core.log.definition import MessageDefinition
from user_core.log.recorded_message import RecordedMessage, RecordedTopic


def is_installed() -> bool:
    """Tell whether rosbag2_py can be imported."""
    return importlib.util.find_spec("rosbag2_py") is not None


def read_through_rosbag2(folder: Path, *, compressed: bool) -> Iterator[RecordedMessage]:
    """Yield the messages of a bag's folder in the order of their stamps.

    Args:
        folder: Of the bag.
        compressed: Whether its files are.

    Raises:
        LogError: When rosbag2 cannot read it.
    """
    import rosbag2_py

    reader = rosbag2_py.SequentialCompressionReader() if compressed else rosbag2_py.SequentialReader()
    try:
        reader.open(
            rosbag2_py.StorageOptions(uri=str(folder)),
            rosbag2_py.ConverterOptions(input_serialization_format="cdr", output_serialization_format="cdr"),
        )
        topics = {
            topic.name: RecordedTopic(name=topic.name, definition=MessageDefinition(type_name=topic.type, text=""))
            for topic in reader.get_all_topics_and_types()
        }
        while reader.has_next():
            name, payload, stamp_ns = reader.read_next()
            yield RecordedMessage(topic=topics[name], stamp_ns=stamp_ns, payload=payload)
    except RuntimeError as error:
        raise LogError(f"rosbag2 cannot read {folder}: {error}") from error
