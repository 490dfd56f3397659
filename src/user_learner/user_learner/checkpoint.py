"""Everything that a restarted learner needs, on disk: safetensors and JSON, so that loading runs no code."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from user_core.errors import WeightsError
from user_core.run import write_atomically
from user_policies.tensors import under

_TENSORS = "state.safetensors"
_FACTS = "checkpoint.json"
_PREFIX = "updates-"
_UNFINISHED = ".unfinished-"
_DAMAGED = "damaged-"
_BEST = "best.json"
_POLICY = "trainer.learner.policy."
"""Under which the trainer's state holds what its algorithm gives as `weights()`."""

_DAMAGES = (FileNotFoundError, ValueError, KeyError, TypeError, safetensors.SafetensorError)
_UNREADABLE = (OSError, *_DAMAGES)


@dataclass(frozen=True, kw_only=True, eq=False)
class Checkpoint:
    """A learner's whole state but the log.

    Attributes:
        run: UUID of the run.
        spec_digest: Of the environment.
        algorithm: Registry name.
        policy: Registry name.
        updates: Updates done.
        log_position: Records of the log that had been read.
        tensors: Networks, optimisers, temperature, random states and counters, by name.
    """

    run: str
    spec_digest: str
    algorithm: str
    policy: str
    updates: int
    log_position: int
    tensors: Mapping[str, NDArray[Any]]

    @property
    def name(self) -> str:
        """Name of its folder."""
        return self.name_of(self.updates)

    @staticmethod
    def name_of(updates: int) -> str:
        """Return the name of the checkpoint after so many updates; the order of names is that of updates."""
        return f"{_PREFIX}{updates:012d}"

    @property
    def policy_tensors(self) -> dict[str, NDArray[Any]]:
        """Return what a policy loads."""
        return under(_POLICY, self.tensors)

    def facts(self) -> dict[str, str | int]:
        """Return all but the tensors."""
        return {
            "run": self.run,
            "spec_digest": self.spec_digest,
            "algorithm": self.algorithm,
            "policy": self.policy,
            "updates": self.updates,
            "log_position": self.log_position,
        }


class CheckpointStore:
    """A folder of checkpoints: the newest few, and the best evaluated.

    Args:
        folder: Made on the first save.
        keep_newest: How many are kept beside the best.
    """

    def __init__(self, *, folder: Path, keep_newest: int) -> None:
        self._folder = folder
        self._keep_newest = keep_newest
        self.damaged: list[str] = []

    def save(self, checkpoint: Checkpoint) -> Path:
        """Write a checkpoint so that it is there whole, or not at all, then delete old ones.

        One of as many updates that is there already is left: nothing has been learned since.

        Raises:
            WeightsError: When the disk refuses, naming the folder; older checkpoints are untouched then.
        """
        target = self._folder / checkpoint.name
        if target.is_dir():
            return target
        unfinished = self._folder / (_UNFINISHED + checkpoint.name)
        try:
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            contiguous = {name: np.asarray(value, order="C") for name, value in checkpoint.tensors.items()}
            _write(unfinished / _TENSORS, safetensors.numpy.save(contiguous))
            _write(unfinished / _FACTS, json.dumps(checkpoint.facts(), indent=1).encode())
            unfinished.rename(target)
            _sync_folder(self._folder)
            self._prune()
        except OSError as error:
            raise WeightsError(
                f"no checkpoint can be written in {self._folder} ({error}); free space there. The learner goes on, "
                "and a restart would begin at the checkpoint before"
            ) from error
        return target

    def newest(self) -> Checkpoint | None:
        """Return the newest checkpoint that is whole; `damaged` names those that are not, which are put aside.

        Raises:
            WeightsError: When the disk does not give one.
        """
        for folder in reversed(self._folders()):
            try:
                return _read(folder)
            except _DAMAGES as error:
                aside = folder.rename(self._folder / f"{_DAMAGED}{uuid.uuid4().hex[:8]}-{folder.name}")
                self.damaged.append(f"the checkpoint {folder.name} is damaged ({error}); it lies in {aside} now")
            except OSError as error:  # it may be as good as ever
                raise WeightsError(
                    f"the checkpoint {folder} cannot be read ({error}); see to it, or move it away"
                ) from error
        return None

    def newest_updates(self) -> int:
        """Return how many updates the newest checkpoint stands for, 0 without one; nothing is read but its name."""
        folders = self._folders()
        return int(folders[-1].name.removeprefix(_PREFIX)) if folders else 0

    def newest_tensor(self, name: str) -> NDArray[Any] | None:
        """Return one tensor of the newest checkpoint and read nothing else of it; None when it has none such."""
        folders = self._folders()
        try:
            with safetensors.safe_open(folders[-1] / _TENSORS, framework="numpy") as tensors:
                found: NDArray[Any] = tensors.get_tensor(name)
                return found
        except (IndexError, *_UNREADABLE):
            return None

    def best(self) -> dict[str, Any] | None:
        """Return what is known about the best evaluated checkpoint: its name, version, success rate and episodes."""
        file = self._folder / _BEST
        try:
            facts = json.loads(file.read_text())
        except (OSError, ValueError):
            return None
        return facts if isinstance(facts, dict) and (self._folder / str(facts.get("checkpoint"))).is_dir() else None

    def evaluated(self, *, checkpoint: str, version: str, success_rate: float, episodes: int) -> bool:
        """Note an evaluation's result; return whether it makes that checkpoint the best. A tie goes to the newer.

        Raises:
            WeightsError: When the disk refuses.
        """
        if not (self._folder / checkpoint).is_dir():
            return False
        best = self.best()
        if best is not None and best["success_rate"] > success_rate and best["checkpoint"] != checkpoint:
            return False
        facts = {"checkpoint": checkpoint, "version": version, "success_rate": success_rate, "episodes": episodes}
        try:
            write_atomically(self._folder / _BEST, json.dumps(facts, indent=1).encode())
        except OSError as error:
            raise WeightsError(
                f"the best checkpoint cannot be noted in {self._folder / _BEST} ({error}); free space there"
            ) from error
        return True

    def _folders(self) -> list[Path]:
        return sorted(path for path in self._folder.glob(f"{_PREFIX}*") if path.is_dir())

    def _prune(self) -> None:
        best = self.best()
        keep = {path.name for path in self._folders()[-self._keep_newest :]}
        keep |= {best["checkpoint"]} if best else set()
        for path in self._folders():
            if path.name not in keep:
                shutil.rmtree(path)


def is_checkpoint(folder: Path) -> bool:
    """Tell whether a folder is one checkpoint."""
    return (folder / _FACTS).is_file()


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read one checkpoint where it lies. Raises WeightsError when it is damaged."""
    try:
        return _read(folder)
    except _UNREADABLE as error:
        raise WeightsError(f"the checkpoint {folder} cannot be read ({error}); choose another one") from error


def _read(folder: Path) -> Checkpoint:
    facts = json.loads((folder / _FACTS).read_text())
    return Checkpoint(tensors=safetensors.numpy.load((folder / _TENSORS).read_bytes()), **facts)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
