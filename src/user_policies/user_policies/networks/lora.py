"""Low-rank adaptation of linear layers: arXiv:2106.09685."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor, nn
from torch.nn import functional


class LoraLinear(nn.Module):
    """W x + b + (alpha / r) B A x, of which only A and B are trained (equation 3).

    B begins at zero, so that the adapted layer begins as the layer itself. W and b are buffers that no state_dict
    holds: they belong to the base.
    """

    weight: Tensor
    bias: Tensor | None

    def __init__(self, linear: nn.Linear, *, rank: int, alpha: float) -> None:
        """Takes over a layer.

        Args:
            linear: What is adapted; its tensors are shared, not copied.
            rank: r.
            alpha: Scale of the adaptation, divided by r.
        """
        super().__init__()
        self.register_buffer("weight", linear.weight.detach(), persistent=False)
        self.register_buffer("bias", None if linear.bias is None else linear.bias.detach(), persistent=False)
        self.lora_a = nn.Parameter(linear.weight.new_empty(rank, linear.in_features))
        self.lora_b = nn.Parameter(linear.weight.new_zeros(linear.out_features, rank))
        nn.init.kaiming_uniform_(self.lora_a, a=math.sqrt(5))
        self._scale = alpha / rank

    def forward(self, inputs: Tensor) -> Tensor:
        """Maps (..., in_features) to (..., out_features)."""
        adapted = functional.linear(functional.linear(inputs, self.lora_a), self.lora_b)
        return functional.linear(inputs, self.weight, self.bias) + self._scale * adapted


def adapt_linears(module: nn.Module, *, chosen: Callable[[str], bool], rank: int, alpha: float) -> int:
    """Replaces the linear layers whose dotted names are chosen by adapted ones, in place; returns how many."""
    linears = [name for name, layer in module.named_modules() if isinstance(layer, nn.Linear) and chosen(name)]
    for name in linears:
        parent, _, child = name.rpartition(".")
        owner = module.get_submodule(parent)
        layer = getattr(owner, child)
        setattr(owner, child, LoraLinear(layer, rank=rank, alpha=alpha))
    return len(linears)
