"""A bag of any topics as one sequence of messages: one file or several, .mcap or .db3, whole or cut short."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from user_core.errors import LogError
from user_core.log.raw_file import RawMcapFile
from user_core.log.raw_sqlite import RawSqliteFile
from user_core.log.recorded_message import RecordedMessage

STORAGES = {".mcap": "mcap", ".db3": "sqlite3"}
"""Suffix of a file to the name of its storage, as ros2 bag calls it."""
Place = tuple[int, tuple[int, int, int]]


class _RawFile(Protocol):
    path: Path

    @property
    def lost_bytes(self) -> int: ...

    @property
    def closed(self) -> bool: ...

    def messages(self) -> Iterator[RecordedMessage]: ...

    def read(self, place: tuple[int, int, int]) -> bytes: ...

    def close(self) -> None: ...


class RawBag:
    """Reads a bag of `record:=raw`, of `ros2 bag record`, or of anybody else.

    Args:
        path: The bag's folder, or one of its files.
        skip_damage: Go on behind damage and tell of it in `losses`; else it is an error where it is met.

    Raises:
        LogError: When there is no bag, or it cannot be read.
    """

    def __init__(self, path: Path, *, skip_damage: bool = True) -> None:
        self.path = path
        self._closing = ExitStack()
        self._files: list[_RawFile] = []
        files = readable_files(path)
        if not files:
            raise LogError(_absence(path))
        try:
            for file in files:
                is_mcap = file.suffix == ".mcap"
                opened: _RawFile = RawMcapFile(file, skip_damage=skip_damage) if is_mcap else RawSqliteFile(file)
                self._closing.callback(opened.close)
                self._files.append(opened)
        except LogError:
            self._closing.close()
            raise

    @property
    def losses(self) -> tuple[str, ...]:
        """What of the bag is lost, one sentence per file; known once all messages have been listed."""
        return tuple(
            f"{file.path.name} was cut short or damaged: {file.lost_bytes} bytes of it are lost"
            for file in self._files
            if file.lost_bytes
        )

    def messages(self) -> Iterator[tuple[Place, RecordedMessage]]:
        """Yield every whole message with the place to read it again; once."""
        for number, file in enumerate(self._files):
            for message in file.messages():
                yield (number, message.place), message

    def read(self, place: Place) -> bytes:
        """Return the bytes of a message again."""
        number, inner = place
        return self._files[number].read(inner)

    def close(self) -> None:
        """Close all files."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def readable_files(path: Path) -> list[Path]:
    """Return the files of a bag (its folder, or one file) that can be read here, in the order of recording."""
    if path.is_file():
        return [path]
    found = [file for file in path.glob("*") if file.suffix in STORAGES]
    # rosbag2 numbers the files of a bag: bag_2 comes before bag_10.
    return sorted(found, key=lambda file: [int(part) if part.isdigit() else part for part in _parts(file.name)])


def _absence(path: Path) -> str:
    if (path / "metadata.yaml").is_file():
        return (
            f"{path} is a bag that is compressed, or of another storage than mcap and sqlite3; convert it with "
            "`ros2 bag convert` to plain mcap."
        )
    what = "holds no .mcap or .db3 file" if path.is_dir() else "does not exist"
    return f"{path} {what}; allowed is the folder of a rosbag2 bag, or one of its files."


def _parts(name: str) -> list[str]:
    return re.split(r"(\d+)", name)
