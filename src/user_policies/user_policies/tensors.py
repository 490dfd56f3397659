"""Weights as named numpy arrays: checked, compared by one digest, picked by their names. No torch is imported here."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from user_core.errors import NotFiniteError, WeightsError, listed
from user_core.interfaces import Tensors


def tensors_digest(tensors: Tensors) -> str:
    """Returns the sha256 over names, types, shapes and contents of all tensors, in order of their names."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        array = np.ascontiguousarray(tensors[name])
        digest.update(f"{name}:{array.dtype.str}:{array.shape};".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def check_tensors(tensors: Tensors, *, expected: Tensors, what: str) -> None:
    """Compares names, shapes and finiteness with what is expected.

    Args:
        tensors: What was given.
        expected: Tensors of the right names and shapes.
        what: What is being loaded, for the error.

    Raises:
        WeightsError: Naming the tensors that differ.
    """
    faults = [f"{name} is missing" for name in sorted(expected.keys() - tensors.keys())]
    faults += [f"{name} is unknown" for name in sorted(tensors.keys() - expected.keys())]
    for name in sorted(expected.keys() & tensors.keys()):
        found = np.asarray(tensors[name])
        if found.shape != expected[name].shape:
            faults.append(f"{name} has shape {found.shape}, not {expected[name].shape}")
        elif found.dtype.kind == "f" and not np.all(np.isfinite(found)):
            faults.append(f"{name} is not finite")
    if faults:
        raise WeightsError(
            f"{what} cannot be loaded: {listed(faults, separator='; ')}. "
            "They must come from the same policy and the same policy parameters."
        )


def refuse_not_finite(tensors: Tensors, *, what: str) -> None:
    """Checks that every number is finite.

    Args:
        tensors: Of any types.
        what: What they are, for the error.

    Raises:
        NotFiniteError: Naming the tensors that hold others.
    """
    bad = [name for name, tensor in sorted(tensors.items()) if not np.all(np.isfinite(tensor))]
    if bad:
        raise NotFiniteError(what=what, names=bad)


def without(prefix: str | tuple[str, ...], tensors: Tensors) -> dict[str, NDArray[Any]]:
    """Returns the tensors whose names do not begin with `prefix`, or with any of several."""
    return {name: value for name, value in tensors.items() if not name.startswith(prefix)}


def under(prefix: str, tensors: Tensors) -> dict[str, NDArray[Any]]:
    """Returns the tensors whose names begin with `prefix`, named without it."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
