"""Which processor torch uses, and the way there."""

from __future__ import annotations

from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from user_core.errors import ConfigurationError


def choose_device(name: str, *, where: str) -> str:
    """Return "cpu" or "cuda"; "auto" takes CUDA when it is there.

    Raises:
        ConfigurationError: When CUDA is asked for and torch finds none.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise ConfigurationError(
            key="device", value=name, allowed="cpu or auto: this torch finds no CUDA device", where=where
        )
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return name


def device_sentence(asked: str, *, chosen: str) -> str:
    """Return where torch computes, for people."""
    why = ", since this torch finds no CUDA device" if asked == "auto" and chosen == "cpu" else ""
    return f"torch computes on {chosen}{why}"


def to_device(array: NDArray[Any], device: torch.device) -> Tensor:
    """Return an array as a tensor: sharing memory on a CPU, copied to a GPU without waiting for it."""
    tensor = torch.from_numpy(array)
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor
