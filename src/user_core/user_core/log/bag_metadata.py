"""metadata.yaml of a rosbag2 bag, version 9 (Jazzy, Kilted)."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from user_core.log.definition import Definitions
from user_core.log.kinds import RecordKind

FILE_NAME = "metadata.yaml"
VERSION = 9


def bag_metadata(
    *,
    file_name: str,
    definitions: Definitions,
    counts: Mapping[RecordKind, int],
    first_ns: int,
    last_ns: int,
    ros_distro: str,
) -> bytes:
    """Return the text that `ros2 bag` wants beside the .mcap file.

    Args:
        file_name: Of the .mcap file.
        definitions: Types of the topics.
        counts: Records per kind.
        first_ns: Log time of the first record, wall nanoseconds.
        last_ns: Log time of the last record.
        ros_distro: Of the machine that writes.
    """
    total = sum(counts.values())
    duration = {"nanoseconds": last_ns - first_ns}
    start = {"nanoseconds_since_epoch": first_ns}
    topics = [
        {
            "topic_metadata": {
                "name": kind.topic,
                "type": definition.type_name,
                "serialization_format": "cdr",
                "offered_qos_profiles": [],
                "type_description_hash": definition.type_hash,
            },
            "message_count": counts.get(kind, 0),
        }
        for kind, definition in definitions.items()
    ]
    information = {
        "version": VERSION,
        "storage_identifier": "mcap",
        "duration": duration,
        "starting_time": start,
        "message_count": total,
        "topics_with_message_count": topics,
        "compression_format": "",
        "compression_mode": "",
        "relative_file_paths": [file_name],
        "files": [
            {"path": file_name, "starting_time": dict(start), "duration": dict(duration), "message_count": total}
        ],
        "custom_data": None,
        "ros_distro": ros_distro,
    }
    text: str = yaml.safe_dump({"rosbag2_bagfile_information": information}, sort_keys=False)
    return text.encode()
