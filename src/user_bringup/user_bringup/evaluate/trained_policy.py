"""The weights that `checkpoint:=` names, with what their run says of them. The run is only read."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from user_bringup.evaluation.progress_folder import ProgressFolder, RunFacts
from user_core.errors import ConfigurationError, UserRosError, WeightsError
from user_core.log.kinds import RecordKind
from user_core.log.reader import BagReader
from user_core.ros.records import decode
from user_core.run import RunFolder
from user_core.spec import EnvironmentSpec
from user_learner.checkpoint import is_checkpoint, read_checkpoint
from user_learner.run_weights import weights_of_run
from user_policies.weights.payload import unpack
from user_policies.weights.version import WeightsVersion

_SPECS_AMONG = 1000
"""Specs stand at the beginning of a log; one that is not among so many records is not looked for further."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainedPolicy:
    """Weights of a policy and where they come from.

    Attributes:
        source: File or folder that they were read from.
        facts: Of the run that trained them; None for a file that lies in no run folder.
        name: Under which a run keeps them, such as `imitation`; "" for a version like any other.
        registry_name: Of the policy, as its weights name it.
        spec: Meaning of the environment's spec that they were trained in; None where the run's log does not say.
    """

    source: Path
    facts: RunFacts | None
    version: WeightsVersion
    name: str
    registry_name: str
    spec_digest: str
    spec: Mapping[str, Any] | None
    tensors: Mapping[str, NDArray[Any]]


def find_trained_policy(path: Path) -> TrainedPolicy:
    """Return the weights of a run folder (see `weights_of_run`), of a checkpoint or of a weights file.

    Raises:
        ConfigurationError: When there is nothing at the path, or nothing that a learner made.
        WeightsError: When it is damaged.
    """
    path = path.expanduser()
    if not path.exists():
        raise _wrong(path, "a run folder, a checkpoint or a weights file; there is nothing")
    if path.is_file():
        return _of_checkpoint(path.parent) if is_checkpoint(path.parent) else _of_weights(path)
    if is_checkpoint(path):
        return _of_checkpoint(path)
    if ProgressFolder(run=path).read_facts() is None and not RunFolder(path=path).checkpoints.exists():
        raise _wrong(path, "a run folder, a checkpoint or a weights file; this folder is none")
    return _of_run(path)


def _of_run(path: Path) -> TrainedPolicy:
    found = weights_of_run(RunFolder(path=path))
    if found is None:
        raise _wrong(path, "a run that has learned: this one has no checkpoint yet")
    return _of_checkpoint(found) if is_checkpoint(found) else _of_weights(found)


def _of_checkpoint(folder: Path) -> TrainedPolicy:
    checkpoint = read_checkpoint(folder)
    run = _run_of(folder)
    return TrainedPolicy(
        source=folder,
        facts=_facts(run),
        version=WeightsVersion(incarnation=_incarnation(folder.parent), update=checkpoint.updates),
        name="",
        registry_name=checkpoint.policy,
        spec_digest=checkpoint.spec_digest,
        spec=_trained_spec(run, checkpoint.spec_digest),
        tensors=checkpoint.policy_tensors,
    )


def _of_weights(file: Path) -> TrainedPolicy:
    try:
        payload = unpack(file.read_bytes())
    except WeightsError as error:
        raise _wrong(file, f"a run folder, a checkpoint or a weights file; this file is none: {error}") from error
    header, run = payload.header, _run_of(file)
    return TrainedPolicy(
        source=file,
        facts=_facts(run),
        version=header.version,
        name=header.name,
        registry_name=header.policy,
        spec_digest=header.spec_digest,
        spec=_trained_spec(run, header.spec_digest),
        tensors=payload.tensors(),
    )


def _incarnation(checkpoints: Path) -> int:
    try:
        return int((checkpoints / "incarnation").read_text())
    except (OSError, ValueError):
        return 1


def _run_of(path: Path) -> Path | None:
    return next((folder for folder in path.absolute().parents if (folder / "progress" / "run.json").exists()), None)


def _facts(run: Path | None) -> RunFacts | None:
    return None if run is None else ProgressFolder(run=run).read_facts()


def _trained_spec(run: Path | None, digest: str) -> Mapping[str, Any] | None:
    if run is None:
        return None
    try:
        with BagReader(RunFolder(path=run).transitions) as bag:
            for record in itertools.islice(bag.records(), _SPECS_AMONG):
                if record.kind is RecordKind.SPEC:
                    spec = decode(record.kind, record.payload)
                    if isinstance(spec, EnvironmentSpec) and spec.digest == digest:
                        meaning: Mapping[str, Any] = json.loads(json.dumps(spec.meaning))
                        return meaning
    except UserRosError:
        return None  # the digests are compared all the same, only what differs cannot be said
    return None


def _wrong(path: Path, allowed: str) -> ConfigurationError:
    return ConfigurationError(
        key="checkpoint", value=str(path), allowed=allowed, where="the argument checkpoint:=RUN|FILE"
    )
