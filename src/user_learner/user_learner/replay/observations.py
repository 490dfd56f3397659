"""Observations of a memory's rows as tensors."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from user_learner.replay.memory import SamplingMemory
from user_policies.device import to_device
from user_policies.policies.observation_batch import ObservationBatch


def observations_of(
    memory: SamplingMemory, rows: NDArray[np.int64], *, images: bool = True, device: torch.device
) -> ObservationBatch:
    """Returns what was observed at rows (B,).

    Args:
        memory: Where it is.
        rows: Which.
        images: Whether the camera frames are wanted.
        device: Where the tensors shall be.
    """
    frames = memory.images(rows) if images else ()
    return ObservationBatch(
        states=to_device(memory.states[rows], device),
        images=tuple(to_device(camera, device) for camera in frames),
        instructions=memory.instructions(rows),
    )
