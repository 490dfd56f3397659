"""Any rosbag2 bag: which files it is made of, and all messages in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from user_bringup.bag.rosbag2_storage import is_installed, read_through_rosbag2
from user_core.errors import LogError
from user_core.log.raw_bag import STORAGES, RawBag, readable_files
from user_core.log.recorded_message import RecordedMessage
from user_core.run import RunFolder

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
        return STORAGES.get(self.files[0].suffix, self.files[0].suffix.lstrip("."))

    @property
    def size_bytes(self) -> int:
        """Of all files together."""
        return sum(file.stat().st_size for file in self.files)

    def messages(self) -> Iterator[RecordedMessage]:
        """Yield all messages, file after file.

        Raises:
            LogError: Where a file cannot be read further; the messages before were yielded.
        """
        if self.files[0].suffix not in STORAGES:
            yield from read_through_rosbag2(self.path, compressed=self.files[0].suffix == ".zstd")
            return
        with RawBag(self.path, skip_damage=False) as bag:
            for _, message in bag.messages():
                yield message
            if bag.losses:
                raise LogError(
                    f"{self.path} ends in the middle of a record: {'; '.join(bag.losses)}. It is being written, or was "
                    "cut; if it is a log of ours, ./user bag repair closes it."
                )


def open_recording(path: Path) -> Recording:
    """Find the files of a bag; a run's folder stands for its log.

    Raises:
        LogError: When there is no bag, or one that cannot be read here.
    """
    folder = bag_folder(path)
    readable = tuple(file for file in readable_files(folder) if file.suffix in STORAGES)
    if readable:
        return Recording(path=folder, files=readable)
    if folder.is_file() or not (folder / _METADATA).exists():
        raise LogError(f"{path} is no bag: it holds no .mcap and no .db3 file; {_ALLOWED}.")
    others = tuple(sorted(file for file in folder.iterdir() if file.name != _METADATA))
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
    return log if log.is_dir() and not any(file.suffix in STORAGES for file in path.iterdir()) else path
