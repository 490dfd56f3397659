"""States of random generators as named arrays."""

from __future__ import annotations

import json

import numpy as np
import torch
from numpy.typing import NDArray


def numpy_generator_state(generator: np.random.Generator) -> NDArray[np.uint8]:
    """Returns the state of a numpy generator, as the bytes of its JSON."""
    return np.frombuffer(json.dumps(generator.bit_generator.state).encode(), np.uint8).copy()


def restore_numpy_generator(generator: np.random.Generator, state: NDArray[np.uint8]) -> None:
    """Undoes `numpy_generator_state`."""
    generator.bit_generator.state = json.loads(np.asarray(state, np.uint8).tobytes())


def torch_generator_state(generator: torch.Generator) -> NDArray[np.uint8]:
    """Returns the state of a torch generator."""
    return generator.get_state().numpy().copy()


def restore_torch_generator(generator: torch.Generator, state: NDArray[np.uint8]) -> None:
    """Undoes `torch_generator_state`."""
    generator.set_state(torch.from_numpy(np.array(state, np.uint8)))
