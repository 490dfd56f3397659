"""Bags without ROS: stand-in definitions and payloads, and the folder of a bag."""

from __future__ import annotations

from pathlib import Path

from user_core.log.definition import MessageDefinition
from user_core.log.kinds import RecordKind
from user_core.log.reader import BagReader, BagRecord, bag_file
from user_core.log.writer import BagWriter

RUN = "11111111-2222-3333-4444-555555555555"
DEFINITIONS = {
    kind: MessageDefinition(type_name=kind.type_name, text=f"string {kind.name.lower()}\n", type_hash="RIHS01_0")
    for kind in RecordKind
}
KINDS = (RecordKind.SPEC, RecordKind.TRANSITION, RecordKind.TRANSITION, RecordKind.EPISODE)


def payload(number: int, size: int = 100) -> bytes:
    """Return distinguishable bytes, as long as CDR messages may be: any length."""
    return b"\x00\x01\x00\x00" + (f"record {number} ".encode() * size)[: size + number % 7]


def open_writer(folder: Path, run: str = RUN) -> BagWriter:
    return BagWriter(folder, run=run, definitions=DEFINITIONS)


def append_some(writer: BagWriter, count: int, *, first: int = 0) -> list[int]:
    """Append records first .. first + count - 1 and return the numbers they got."""
    return [
        writer.append(KINDS[number % len(KINDS)], payload(number), stamp_ns=1000 * (number + 1))
        for number in range(first, first + count)
    ]


def read_all(folder: Path) -> list[BagRecord]:
    with BagReader(folder) as bag:
        return list(bag.records())


def abandon(writer: BagWriter) -> None:
    """Leave a log as a killed process does: no summary, no metadata, the lock gone."""
    writer._file.close()


def size_of(folder: Path) -> int:
    return bag_file(folder).stat().st_size
