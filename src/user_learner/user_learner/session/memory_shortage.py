"""What to say when an update needs more memory than there is."""

from __future__ import annotations

import torch

_ON_THE_CPU = "DefaultCPUAllocator"
"""Torch has no error type of its own for the memory of the machine."""


def is_memory_shortage(error: BaseException) -> bool:
    """Tell whether an error means that memory is short, on the GPU or on the machine."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and _ON_THE_CPU in str(error)


def advice(error: BaseException, *, key: str, batch_size: int) -> str:
    """Return what happened and which batch size to try, for people.

    Args:
        error: What torch said.
        key: Parameter that sets the batch size.
        batch_size: Its value.
    """
    said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return (
        f"an update needs more memory than there is ({said}). Updates have stopped, robots keep the weights they have, "
        f"and the last checkpoint is good; try {key}: {max(2, batch_size // 2)} instead of {batch_size}, in the "
        "section learner_node of your params file, and launch the same run again"
    )
