"""States of random generators as named arrays."""

from __future__ import annotations

import hashlib
import json
import logging

import numpy as np
import torch
from numpy.typing import NDArray

from user_core.errors import WeightsError
from user_core.interfaces import Tensors

_LOGGER = logging.getLogger(__name__)


def numpy_generator_state(generator: np.random.Generator) -> NDArray[np.uint8]:
    """Returns the state of a numpy generator, as the bytes of its JSON."""
    return np.frombuffer(json.dumps(generator.bit_generator.state).encode(), np.uint8).copy()


def restore_numpy_generator(generator: np.random.Generator, state: NDArray[np.uint8]) -> None:
    """Undoes `numpy_generator_state`."""
    generator.bit_generator.state = json.loads(np.asarray(state, np.uint8).tobytes())


def torch_generator_state(generator: torch.Generator) -> NDArray[np.uint8]:
    """Returns the state of a torch generator."""
    return generator.get_state().numpy().copy()


def restore_torch_generator(generator: torch.Generator, state: Tensors, *, name: str) -> None:
    """Undoes `torch_generator_state`; of another kind of device's it makes a seed, and draws anew.

    Args:
        generator: What is restored.
        state: Holds what `torch_generator_state` returned.
        name: Under which name.

    Raises:
        WeightsError: There is nothing of that name.
    """
    if name not in state:
        raise WeightsError(f"the learner's checkpoint has no {name!r}: it is of an earlier version of this software")
    given = torch.from_numpy(np.array(state[name], np.uint8))
    if given.shape == generator.get_state().shape:
        generator.set_state(given)
        return
    generator.manual_seed(int.from_bytes(hashlib.sha256(given.numpy().tobytes()).digest()[:7], "little"))
    _LOGGER.warning("the checkpoint is of another kind of device than %s: its noise is drawn anew", generator.device)
