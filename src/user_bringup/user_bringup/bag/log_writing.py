"""Opening an existing log of ours to write: whole, ours, and nobody else's at this moment."""

from __future__ import annotations

from pathlib import Path

from user_bringup.bag.log_inspection import LogInspection
from user_bringup.bag.resumption import is_being_written
from user_core.errors import LogError, LogInUseError
from user_core.log.reader import bag_file
from user_core.log.writer import BagWriter
from user_core.ros.definitions import log_definitions


def inspect_ours(folder: Path) -> LogInspection:
    """Read all of a log of ours and return the state of its file.

    Raises:
        LogInUseError: When a replay_node is writing it.
        LogError: When it is none of ours, or its file has another name than rosbag2 wants.
    """
    if is_being_written(folder):
        raise LogInUseError(
            f"{folder} is being written by a replay_node, nothing was changed; stop its run first. A label it takes "
            f"now, by service: ros2 service call /replay/label user_interfaces/srv/LabelEpisode "
            f'"{{episode: UUID, label: success}}".'
        )
    inspection = LogInspection.of(folder)
    for _ in inspection.records():
        pass
    if not inspection.run and not inspection.damage:
        raise LogError(
            f"{inspection.file} was not written by us, and is left as it is; mend a bag of another recorder with "
            f"`ros2 bag reindex`, or `mcap recover`."
        )
    if not folder.is_dir() or inspection.file != bag_file(folder):
        raise LogError(
            f"{inspection.file} is not the file of a bag's folder; rosbag2 wants {bag_file(inspection.file.parent)}: "
            f"rename the file, and name the folder."
        )
    return inspection


def open_for_appending(folder: Path) -> BagWriter:
    """Return a writer for a log that is whole; it keeps the message definitions that the log has.

    Raises:
        LogError: When the log is damaged, none of ours, or a replay_node is writing it.
    """
    inspection = inspect_ours(folder)
    if inspection.damage or inspection.incomplete_bytes:
        raise LogError(f"{folder} is damaged, nothing was written; run ./user bag repair {folder} first.")
    return BagWriter(folder, run=inspection.run, definitions=log_definitions() | inspection.definitions)
