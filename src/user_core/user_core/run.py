"""The run folder: where a run's files lie, and the UUID that names the run."""

from __future__ import annotations

import contextlib
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from user_core.errors import LogError


@dataclass(frozen=True, kw_only=True)
class RunFolder:
    """Paths of one run.

    Attributes:
        path: The folder; created on first use.
    """

    path: Path

    @property
    def transitions(self) -> Path:
        """The log, a rosbag2 bag."""
        return self.path / "transitions"

    @property
    def raw(self) -> Path:
        """Bags of the drivers' own topics, one per robot."""
        return self.path / "raw"

    @property
    def checkpoints(self) -> Path:
        """Everything that a restart of the learner needs."""
        return self.path / "checkpoints"

    @property
    def tensorboard(self) -> Path:
        """TensorBoard event files."""
        return self.path / "tensorboard"

    @property
    def outbox(self) -> Path:
        """What environments have not seen acknowledged yet."""
        return self.path / "outbox"

    @property
    def policy(self) -> Path:
        """Weights that policies saved before they acted with them."""
        return self.path / "policy"

    @property
    def has_learned(self) -> bool:
        """Whether there are weights in it, of a learner or of a policy."""
        return any(file.is_file() for folder in (self.checkpoints, self.policy) for file in folder.rglob("*"))

    @property
    def log(self) -> Path:
        """Plain log files."""
        return self.path / "log"

    def identity(self) -> str:
        """Return the run's UUID, made on first use and kept in the folder. Raises LogError when it cannot be."""
        file = self.path / "run_uuid"
        try:
            if not file.exists():
                self._name_it(file)
            return file.read_text().strip()
        except OSError as error:
            raise LogError(
                f"the run folder {self.path} cannot be written: {error.strerror}; make it writable, or give "
                "another with the launch argument run:="
            ) from error

    def known_identity(self) -> str:
        """Return the run's UUID if the folder has one, else ""; a machine without the log learns it by topic."""
        file = self.path / "run_uuid"
        return file.read_text().strip() if file.exists() else ""

    def _name_it(self, file: Path) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        proposal = self.path / f".run_uuid.{uuid.uuid4().hex}"
        write_atomically(proposal, (str(uuid.uuid4()) + "\n").encode())
        with contextlib.suppress(FileExistsError):  # of two nodes that start at once, the first names the run
            os.link(proposal, file)
        proposal.unlink()


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a restart after a kill, sees all of it or the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
