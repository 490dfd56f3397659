"""Which weights stand for a run; the run is only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from user_core.errors import WeightsError
from user_core.run import RunFolder
from user_learner.checkpoint import Checkpoint, CheckpointStore
from user_policies.weights.payload import WeightsHeader, read_header

_HEAD_BYTES = 1_000_000


def weights_of_run(run: RunFolder) -> Path | None:
    """Return the weights file or the checkpoint's folder: the best evaluated, else the newest; None without any.

    What was evaluated is the version that acted; where the run has its file no more it is the checkpoint, which may be
    some updates ahead of it.
    """
    store = CheckpointStore(folder=run.checkpoints, keep_newest=1)
    best = store.best()
    if best is not None:
        acted = (file for file, header in _headers(run) if header.identity.label == best["version"])
        return next(acted, run.checkpoints / str(best["checkpoint"]))
    newest = run.checkpoints / Checkpoint.name_of(store.newest_updates())
    if newest.is_dir():
        return newest
    versions = {file: header.version for file, header in _headers(run) if not header.name}
    return max(versions, key=lambda file: versions[file], default=None)


def _headers(run: RunFolder) -> Iterator[tuple[Path, WeightsHeader]]:
    """Give the versions that policies have saved with their headers; a file that cannot be read is none."""
    for file in sorted(run.policy.rglob("*.safetensors")):
        try:
            with file.open("rb") as stream:
                header = read_header(stream.read(_HEAD_BYTES))
        except (WeightsError, OSError):
            continue
        yield file, header
