"""What makes several processes with a share of a batch each do the update of one that has all of it.

Row i of a batch belongs to process i mod N. Each draws the noise of the whole batch from the same generator and keeps
its rows, and gradients are averaged before an optimiser is stepped, so that all of them hold the same numbers after it.
Alone, each of these functions does the obvious.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import torch
import torch.distributed
from torch import Generator, Tensor

from user_core.errors import UserRosError


class ProcessLostError(UserRosError):
    """Another process of the learner is gone; torchrun ends the rest, and whoever started it starts all anew."""


@contextmanager
def other_processes() -> Iterator[None]:
    """Within it the others are spoken to: an error there means that one of them is gone. Raises ProcessLostError."""
    try:
        yield
    except RuntimeError as error:
        raise ProcessLostError(f"a process of the learner is gone: {str(error).splitlines()[0]}") from error


_BY_ONE: ContextVar[bool] = ContextVar("by_one_process", default=False)


def process_count() -> int:
    """Returns N, the processes that share each batch."""
    shared = torch.distributed.is_initialized() and not _BY_ONE.get()
    return torch.distributed.get_world_size() if shared else 1


@contextmanager
def by_one_process() -> Iterator[None]:
    """Within it nothing is shared: what follows is done by one process, for itself."""
    token = _BY_ONE.set(True)
    try:
        yield
    finally:
        _BY_ONE.reset(token)


def of_whole_batch(draw: Callable[[int], Tensor], *, rows: int, dim: int = 0) -> Tensor:
    """Returns this process's rows of a draw.

    Args:
        draw: Makes random numbers for so many rows of a batch, along `dim`.
        rows: Of this process's share.
        dim: Where the rows are counted in what `draw` returns.
    """
    processes = process_count()
    if processes == 1:
        return draw(rows)
    drawn = draw(rows * processes)
    own = torch.arange(torch.distributed.get_rank(), drawn.shape[dim], processes, device=drawn.device)
    return drawn.index_select(dim, own)


def standard_normal(shape: Sequence[int], *, like: Tensor, generator: Generator | None) -> Tensor:
    """Returns N(0, 1) draws of a shape (B, …), of the type and on the device of `like`."""
    return of_whole_batch(
        lambda rows: torch.randn((rows, *shape[1:]), generator=generator, device=like.device, dtype=like.dtype),
        rows=shape[0],
    )


def mean_over_processes(value: Tensor) -> Tensor:
    """Returns the mean of each process's value, a constant: what a sum over a share is divided by."""
    processes = process_count()
    if processes == 1:
        return value
    return _summed(value.detach().clone()) / processes


def average_gradients(parameters: Iterable[Tensor]) -> None:
    """Replaces each gradient by its mean over the processes; what has none is left."""
    processes = process_count()
    if processes == 1:
        return
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    flat = _summed(torch.cat([gradient.flatten() for gradient in gradients])) / processes
    for gradient, mean in zip(gradients, flat.split([one.numel() for one in gradients]), strict=True):
        gradient.copy_(mean.view_as(gradient))


def _summed(tensor: Tensor) -> Tensor:
    with other_processes():
        torch.distributed.all_reduce(tensor)
    return tensor
