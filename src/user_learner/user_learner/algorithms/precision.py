"""The numbers in which networks compute in an update."""

from __future__ import annotations

import torch

from user_learner.algorithms.config import UpdateConfig


def autocast(config: UpdateConfig, device: torch.device) -> torch.autocast:
    """Return the context in which networks compute in `config.precision`."""
    return torch.autocast(device.type, torch.bfloat16, enabled=config.precision == "bfloat16")
