"""What to say when learning needs more memory than there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from user_core.errors import UserRosError

_SAID = ("DefaultCPUAllocator", "CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED")
"""Torch has an error type of its own only for what its allocator of the GPU cannot get."""


class MemoryShortageError(UserRosError):
    """A batch needs more memory than there is, on the GPU or on the machine."""

    def __init__(self, *, said: str, key: str, batch_size: int) -> None:
        super().__init__(
            f"learning needs more memory than there is ({said}). It has stopped, robots keep the weights they have, "
            f"and every checkpoint is good; {_advice(key, batch_size)}, in the section learner_node of your params "
            "file, and launch the same run again"
        )
        self.key = key


def _advice(key: str, batch_size: int) -> str:
    """Return what to try: half of a batch, of an even size since it may be made of two halves."""
    half = batch_size // 4 * 2
    return f"try {key}: {half} instead of {batch_size}" if half else "try a smaller policy"


@contextmanager
def batch_size_named(key: str, batch_size: int) -> Iterator[None]:
    """Turn a lack of memory into advice; any other error passes.

    Args:
        key: Parameter that sets the size of the batches that are computed inside.
        batch_size: Its value.

    Raises:
        MemoryShortageError: With the batch size to try.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not _is_memory_shortage(error):
            raise
        said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise MemoryShortageError(said=said, key=key, batch_size=batch_size) from error


def _is_memory_shortage(error: BaseException) -> bool:
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _SAID)
