"""What to say when learning needs more memory than there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import torch

from user_core.errors import UserRosError
from user_learner.algorithms.config import UpdateConfig
from user_policies.shared_batch import process_count

_SAID = ("DefaultCPUAllocator", "CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED")
"""Torch has an error type of its own only for what its allocator of the GPU cannot get."""


class MemoryShortageError(UserRosError):
    """A batch needs more memory than there is, on the GPU or on the machine."""

    def __init__(self, *, said: str, key: str, batch_size: int, unit: int) -> None:
        super().__init__(
            f"learning needs more memory than there is ({said}). It has stopped, robots keep the weights they have, "
            f"and every checkpoint is good; {_advice(key, batch_size, unit)}, in the section learner_node of your "
            "params file, and launch the same run again"
        )
        self.key = key


def _advice(key: str, batch_size: int, unit: int) -> str:
    """Return what to try: half of a batch, or the next smaller size that can be divided as this one is."""
    half = batch_size // 2 // unit * unit
    return f"try {key}: {half} instead of {batch_size}" if half else "try a smaller policy"


@contextmanager
def batch_size_named(key: str, batch_size: int, *, parts: int = 1) -> Iterator[None]:
    """Turn a lack of memory into advice; any other error passes.

    Args:
        key: Parameter that sets the size of the batches that are computed inside.
        batch_size: Its value.
        parts: Into how many of them each process divides its share.

    Raises:
        MemoryShortageError: With the batch size to try.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not _is_memory_shortage(error):
            raise
        said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        unit = 2 * parts * process_count()  # a batch may be made of two halves
        raise MemoryShortageError(said=said, key=key, batch_size=batch_size, unit=unit) from error


def update_size_named(config: UpdateConfig) -> AbstractContextManager[None]:
    """Say which hyperparameter to change where an update of this configuration needs too much memory."""
    return batch_size_named("hyperparameters.batch_size", config.batch_size, parts=config.micro_batches)


def _is_memory_shortage(error: BaseException) -> bool:
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _SAID)
