"""The state groups that a policy reads, scaled to about [-1, 1]."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from user_core.spec import EnvironmentSpec


class StateInput(nn.Module):
    """Picks state groups and maps their ranges to [-1, 1]; fixed by the spec, nothing is learned or clipped."""

    low: Tensor
    high: Tensor
    columns: Tensor

    def __init__(self, *, spec: EnvironmentSpec, groups: Sequence[str]) -> None:
        """Makes the scaling.

        Args:
            spec: The environment's spec.
            groups: Names of the groups to read, in the order of the output.
        """
        super().__init__()
        slices = spec.group_slices()
        by_name = {group.name: group for group in spec.state_groups}
        columns = [index for name in groups for index in range(slices[name].start, slices[name].stop)]
        low = [value for name in groups for value in by_name[name].low]
        high = [value for name in groups for value in by_name[name].high]
        # The spec's digest fixes these numbers, so they are no weights and stay out of the state_dict.
        self.register_buffer("columns", torch.tensor(columns, dtype=torch.long), persistent=False)
        self.register_buffer("low", torch.tensor(low, dtype=torch.float32), persistent=False)
        self.register_buffer("high", torch.tensor(high, dtype=torch.float32), persistent=False)
        self.outputs = len(columns)

    def forward(self, states: Tensor) -> Tensor:
        """Maps states (B, S) in physical units to (B, outputs)."""
        picked = states.index_select(-1, self.columns)
        return 2.0 * (picked - self.low) / (self.high - self.low) - 1.0
