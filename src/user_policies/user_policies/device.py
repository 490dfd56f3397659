"""Which processor torch uses."""

from __future__ import annotations

import torch

from user_core.errors import ConfigurationError

DEVICES = ("auto", "cpu", "cuda")


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
