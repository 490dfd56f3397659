"""Adam's state as named arrays: complete, and without pickle."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.optim import Adam

from user_core.interfaces import Tensors


def optimiser_tensors(optimiser: Adam, *, prefix: str) -> dict[str, NDArray[Any]]:
    """Returns step counts and moments of every parameter that was stepped, as `prefix<parameter>.<name>`."""
    return {
        f"{prefix}{index}.{name}": np.array(value.detach().cpu().numpy())
        for index, state in optimiser.state_dict()["state"].items()
        for name, value in state.items()
    }


def restore_optimiser(optimiser: Adam, tensors: Tensors, *, prefix: str) -> None:
    """Undoes `optimiser_tensors`; learning rates stay as configured."""
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith(prefix):
            index, _, moment = name.removeprefix(prefix).partition(".")
            state.setdefault(int(index), {})[moment] = torch.from_numpy(np.array(value))
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
