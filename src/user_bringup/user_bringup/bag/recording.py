"""Any rosbag2 bag: which files it is made of, and all messages in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from user_bringup.bag.mcap_storage import read_mcap
from user_bringup.bag.recorded_message import ReadFile, RecordedMessage
from user_bringup.bag.rosbag2_storage import is_installed, read_through_rosbag2
from user_bringup.bag.sqlite_storage import read_sqlite
from user_core.errors import LogError
from user_core.run import RunFolder

READERS: dict[str, ReadFile] = {".mcap": read_mcap, ".db3": read_sqlite}
_METADATA = "metadata.yaml"
_ALLOWED = "allowed is a folder that ros2 bag or a run has written, such as runs/NAME/transitions"


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A bag.

    Attributes:
        path: Its folder, or its one file.
        files: What it consists of, in the order of recording.
    """

    path: Path
    files: tuple[Path, ...]

    @property
    def storage(self) -> str:
        """Name of the storage, as ros2 bag calls it."""
        return {".mcap": "mcap", ".db3": "sqlite3"}.get(self.files[0].suffix, self.files[0].suffix.lstrip("."))

    @property
    def size_bytes(self) -> int:
        """Of all files together."""
        return sum(file.stat().st_size for file in self.files)

    def messages(self) -> Iterator[RecordedMessage]:
        """Yield all messages, file after file.

        Raises:
            LogError: Where a file cannot be read further; the messages before were yielded.
        """
        for file in self.files:
            read = READERS.get(file.suffix)
            if read is None:
                yield from read_through_rosbag2(self.path, compressed=file.suffix == ".zstd")
                return
            yield from read(file)


def open_recording(path: Path) -> Recording:
    """Find the files of a bag; a run's folder stands for its log.

    Raises:
        LogError: When there is no bag, or one that cannot be read here.
    """
    folder = bag_folder(path)
    files = (folder,) if folder.is_file() else tuple(sorted(folder.iterdir(), key=_by_number))
    readable = tuple(file for file in files if file.suffix in READERS)
    if readable:
        return Recording(path=folder, files=readable)
    if folder.is_file() or not (folder / _METADATA).exists():
        raise LogError(f"{path} is no bag: it holds no .mcap and no .db3 file; {_ALLOWED}.")
    others = tuple(file for file in files if file.name != _METADATA)
    if not is_installed() or not others:
        raise LogError(
            f"{path} is compressed, or of a storage that only rosbag2 reads ({', '.join(f.name for f in others)}), and "
            f"rosbag2_py is not installed; install it, or convert the bag with `ros2 bag convert` to plain mcap."
        )
    return Recording(path=folder, files=others)


def bag_folder(path: Path) -> Path:
    """Return a bag's folder (or file) by its own path or by that of the run whose log it is.

    Raises:
        LogError: When there is nothing.
    """
    if not path.exists():
        raise LogError(f"{path} does not exist; {_ALLOWED}.")
    log = RunFolder(path=path).transitions
    return log if log.is_dir() and not any(file.suffix in READERS for file in path.iterdir()) else path


def _by_number(file: Path) -> tuple[str, int]:
    """Sort bag_2.mcap before bag_10.mcap."""
    found = re.fullmatch(r"(.*?)(\d+)", file.stem)
    return (found[1], int(found[2])) if found else (file.stem, -1)
