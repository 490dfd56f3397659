"""metadata.yaml of a rosbag2 bag, version 9 (Jazzy, Kilted)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import yaml

from user_core.log.bag_topic import BagTopic
from user_core.log.index import RecordIndex

FILE_NAME = "metadata.yaml"
VERSION = 9


@dataclass(frozen=True, kw_only=True)
class BagFile:
    """One .mcap file of a bag.

    Attributes:
        name: Of the file, within the bag's folder.
        counts: Messages by topic.
        first_ns: Log time of the first message, wall nanoseconds; 0 for an empty file.
        last_ns: Log time of the last message.
    """

    name: str
    counts: Mapping[str, int]
    first_ns: int
    last_ns: int

    @classmethod
    def of(cls, name: str, index: RecordIndex, topics: Sequence[BagTopic]) -> Self:
        """Describe a file by the index of its records."""
        first_ns = index.stamps_ns[0] if len(index) else 0
        counts = {topic.name: index.counts[topic.number] for topic in topics}
        return cls(name=name, counts=counts, first_ns=first_ns, last_ns=index.last_stamp_ns)

    @property
    def message_count(self) -> int:
        """Messages of all topics."""
        return sum(self.counts.values())

    def as_yaml(self) -> dict[str, Any]:
        """Return its entry in metadata.yaml."""
        return {
            "path": self.name,
            "starting_time": {"nanoseconds_since_epoch": self.first_ns},
            "duration": {"nanoseconds": self.last_ns - self.first_ns},
            "message_count": self.message_count,
        }


def bag_metadata(*, files: Sequence[BagFile], topics: Sequence[BagTopic], ros_distro: str) -> bytes:
    """Return the text that `ros2 bag` wants beside the .mcap files.

    Args:
        files: In order of time; at least one.
        topics: With their types.
        ros_distro: Of the machine that writes.
    """
    counts: Counter[str] = Counter()
    for file in files:
        counts.update(file.counts)
    written = [file for file in files if file.message_count] or files[:1]
    first_ns, last_ns = written[0].first_ns, written[-1].last_ns
    information = {
        "version": VERSION,
        "storage_identifier": "mcap",
        "duration": {"nanoseconds": last_ns - first_ns},
        "starting_time": {"nanoseconds_since_epoch": first_ns},
        "message_count": counts.total(),
        "topics_with_message_count": [_topic(topic, counts[topic.name]) for topic in topics],
        "compression_format": "",
        "compression_mode": "",
        "relative_file_paths": [file.name for file in files],
        "files": [file.as_yaml() for file in files],
        "custom_data": None,
        "ros_distro": ros_distro,
    }
    text: str = yaml.safe_dump({"rosbag2_bagfile_information": information}, sort_keys=False)
    return text.encode()


def _topic(topic: BagTopic, count: int) -> dict[str, Any]:
    return {
        "topic_metadata": {
            "name": topic.name,
            "type": topic.definition.type_name,
            "serialization_format": "cdr",
            "offered_qos_profiles": topic.qos_profiles(),
            "type_description_hash": topic.definition.type_hash,
        },
        "message_count": count,
    }
