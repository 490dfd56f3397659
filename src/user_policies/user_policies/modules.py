"""Modules of torch to named numpy arrays and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from user_core.interfaces import Tensors
from user_policies.tensors import under


def module_tensors(module: nn.Module, *, prefix: str) -> dict[str, NDArray[Any]]:
    """Returns copies of all parameters and persistent buffers, names beginning with `prefix`."""
    return {prefix + name: tensor.detach().cpu().numpy().copy() for name, tensor in module.state_dict().items()}


def load_module(module: nn.Module, tensors: Tensors, *, prefix: str) -> None:
    """Copies the tensors whose names begin with `prefix` into the module; check them first with `check_tensors`."""
    state = {name: torch.from_numpy(np.array(value)) for name, value in under(prefix, tensors).items()}
    module.load_state_dict(state, strict=True)
