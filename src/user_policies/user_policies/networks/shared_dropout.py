"""Dropout whose draws belong to whoever trains: part of their checkpoint, and the same however a batch is shared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import torch
from torch import Generator, Tensor, nn

from user_policies.shared_batch import of_whole_batch

_GENERATOR: ContextVar[Generator | None] = ContextVar("dropout_from", default=None)


@contextmanager
def dropout_from(generator: Generator) -> Iterator[None]:
    """Within it every `SharedDropout` draws from this generator; else from torch's own."""
    token = _GENERATOR.set(generator)
    try:
        yield
    finally:
        _GENERATOR.reset(token)


class SharedDropout(nn.Module):
    """Sets a share of the numbers to zero in training, and the rest so much larger: arXiv:1207.0580."""

    def __init__(self, share: float) -> None:
        """Takes the share in [0, 1)."""
        super().__init__()
        self.share = share

    def forward(self, inputs: Tensor) -> Tensor:
        """Maps (B, …) to (B, …)."""
        if not self.training or not self.share:
            return inputs

        def kept(rows: int) -> Tensor:
            return torch.rand((rows, *inputs.shape[1:]), generator=_GENERATOR.get(), device=inputs.device) >= self.share

        return inputs * of_whole_batch(kept, rows=len(inputs)) / (1.0 - self.share)
