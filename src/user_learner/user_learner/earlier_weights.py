"""The weights of another run, or of a file, that practice begins with."""

from __future__ import annotations

from pathlib import Path

from user_core.errors import SpecMismatchError, WeightsError
from user_core.interfaces import Tensors
from user_core.run import RunFolder
from user_learner.algorithms.pretraining.config import nothing_to_begin_with
from user_learner.checkpoint import is_checkpoint, read_checkpoint
from user_learner.run_weights import weights_of_run
from user_policies.networks.frozen_base import refuse_other_bases
from user_policies.tensors import check_tensors
from user_policies.weights.payload import unpack


def read_earlier_weights(path: Path, *, policy: str, spec_digest: str, expected: Tensors) -> Tensors:
    """Returns what a run folder (see `weights_of_run`), a checkpoint or a weights file holds.

    Args:
        path: Of one of them.
        policy: Registry name that they must be of.
        spec_digest: Of the environment that they must be for.
        expected: Tensors of the right names and shapes, on the right bases.

    Raises:
        ConfigurationError: When there are no weights.
        WeightsError: When they are damaged or of another policy; it names the tensors or bases that differ.
        SpecMismatchError: When they are for another environment.
    """
    tensors, found_policy, found_digest = _read(path)
    if found_policy != policy:
        raise WeightsError(
            f"{path} holds weights of policy {found_policy}, not of {policy}; change the launch argument begin_with "
            "or policy:="
        )
    if found_digest != spec_digest:
        raise SpecMismatchError(what=str(path), found=found_digest, expected=spec_digest, where="weights")
    check_tensors(tensors, expected=expected, what=str(path))
    refuse_other_bases(tensors, own=expected, what=f"the weights in {path}")
    return tensors


def _read(path: Path) -> tuple[Tensors, str, str]:
    found = path if path.is_file() or is_checkpoint(path) else weights_of_run(RunFolder(path=path))
    if found is None:
        raise nothing_to_begin_with(str(path))
    if found.is_file():
        payload = unpack(found.read_bytes())
        return payload.tensors(), payload.header.policy, payload.header.spec_digest
    checkpoint = read_checkpoint(found)
    return checkpoint.policy_tensors, checkpoint.policy, checkpoint.spec_digest
