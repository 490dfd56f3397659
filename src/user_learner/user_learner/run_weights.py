"""Which weights stand for a run; the run is only read."""

from __future__ import annotations

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
    headers = _headers(run)
    best = store.best()
    if best is not None:
        acted = (file for file, header in headers.items() if header.identity.label == best["version"])
        return next(acted, run.checkpoints / str(best["checkpoint"]))
    newest = run.checkpoints / Checkpoint.name_of(store.newest_updates())
    if newest.is_dir():
        return newest
    versions = [file for file, header in headers.items() if not header.name]
    return max(versions, key=lambda file: headers[file].version, default=None)


def _headers(run: RunFolder) -> dict[Path, WeightsHeader]:
    """Return the headers of the versions that policies have saved; a file that cannot be read is none."""
    headers: dict[Path, WeightsHeader] = {}
    for file in sorted(run.policy.rglob("*.safetensors")):
        try:
            with file.open("rb") as stream:
                headers[file] = read_header(stream.read(_HEAD_BYTES))
        except (WeightsError, OSError):
            continue
    return headers
