"""`bag repair`: makes a log whole again, and says what was lost; the damaged file is kept."""

from __future__ import annotations

import uuid
from pathlib import Path

from user_bringup.bag.log_inspection import LogInspection
from user_bringup.bag.log_writing import inspect_ours
from user_bringup.bag.recording import bag_folder
from user_core.log.bag_topic import log_topics
from user_core.log.log_file import LogFile
from user_core.log.repair import rebuild
from user_core.log.writer import BagWriter
from user_core.ros.definitions import log_definitions
from user_core.run import RunFolder


def repair_log(path: Path) -> str:
    """Repair a log and return what was done, for people.

    What is whole goes to a new file that takes the log's name once it is complete. A log that only was not closed gets
    its index where it lies, since nothing of it is lost.

    Raises:
        LogError: When it is no log of ours, a replay_node is writing it, or it cannot be written.
    """
    folder = bag_folder(path)
    inspection = inspect_ours(folder)
    has_metadata = (folder / "metadata.yaml").exists()
    if inspection.is_closed and has_metadata and not inspection.damage:
        return f"{folder} is whole: nothing to repair."
    lost = _lost(inspection)
    aside = _rebuild(inspection) if lost else None
    records = _close(folder, run=_run(inspection), inspection=inspection)
    if aside is None:
        return f"{folder}: nothing was lost; its {records} records have an index and metadata.yaml again."
    return f"{folder}: {records} whole records were kept, {lost} lost; the damaged file is {aside}, yours to remove."


def _lost(inspection: LogInspection) -> str:
    parts = []
    if inspection.damage:
        parts.append(f"{inspection.damaged_bytes} bytes in {len(inspection.damage)} place(s) before the end")
    if inspection.incomplete_bytes:
        parts.append(f"{inspection.incomplete_bytes} bytes of a record that the end cut short")
    return " and ".join(parts)


def _rebuild(inspection: LogInspection) -> Path:
    """Write what is whole to a new file; numbers stay as they are unless something before the end was lost."""
    damaged = LogFile(inspection.file)
    try:
        for found in inspection.records():
            damaged.note(
                kind=found.kind,
                size=len(found.payload),
                payload_offset=found.payload_offset,
                chunk_offset=found.chunk_offset,
                stamp_ns=found.stamp_ns,
            )
        log_id = str(uuid.uuid4()) if inspection.damage or not inspection.log_id else inspection.log_id
        topics = log_topics(log_definitions() | inspection.definitions)
        rebuilt, aside = rebuild(damaged, log_id=log_id, run=_run(inspection), topics=topics)
    except BaseException:
        damaged.close()
        raise
    rebuilt.close()
    return aside


def _close(folder: Path, *, run: str, inspection: LogInspection) -> int:
    """Write index and metadata.yaml; return how many records there are."""
    writer = BagWriter(folder, run=run, definitions=log_definitions() | inspection.definitions)
    writer.close()
    return len(writer)


def _run(inspection: LogInspection) -> str:
    """Return the run's UUID; where damage took it out of the file, that of the run's folder."""
    folder = RunFolder(path=inspection.file.parent.parent)
    return inspection.run or folder.known_identity() or str(uuid.uuid4())
