"""LoRA against its equation, worked in float64."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from user_policies.networks.lora import LoraLinear, adapt_linears


def adapted(*, bias: bool = True, rank: int = 2) -> tuple[nn.Linear, LoraLinear]:
    torch.manual_seed(0)
    linear = nn.Linear(5, 3, bias=bias).double()
    return linear, LoraLinear(linear, rank=rank, alpha=4.0)


@pytest.mark.parametrize("bias", [True, False])
def test_begins_as_the_layer_that_it_adapts(bias: bool) -> None:
    linear, lora = adapted(bias=bias)
    inputs = torch.randn(7, 5, dtype=torch.float64)
    torch.testing.assert_close(lora(inputs), linear(inputs))


def test_adds_alpha_over_r_times_b_a_x() -> None:
    linear, lora = adapted()
    nn.init.normal_(lora.lora_b)
    inputs = torch.randn(5, dtype=torch.float64)
    by_hand = linear(inputs) + (4.0 / 2) * (lora.lora_b @ (lora.lora_a @ inputs))
    torch.testing.assert_close(lora(inputs), by_hand)


def test_gradients_reach_a_and_b_alone_and_are_those_of_finite_differences() -> None:
    _, lora = adapted()
    nn.init.normal_(lora.lora_b)
    inputs = torch.randn(7, 5, dtype=torch.float64)
    assert sorted(name for name, _ in lora.named_parameters()) == ["lora_a", "lora_b"]
    assert sorted(lora.state_dict()) == ["lora_a", "lora_b"]

    def loss(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        given: dict[str, Any] = {"lora_a": a, "lora_b": b, "weight": lora.weight, "bias": lora.bias}
        return torch.func.functional_call(lora, given, (inputs,)).square().sum()

    assert torch.autograd.gradcheck(loss, (lora.lora_a, lora.lora_b))


def test_only_the_chosen_layers_are_replaced() -> None:
    network = nn.Sequential(nn.Linear(4, 4), nn.Sequential(nn.Linear(4, 4), nn.ReLU()), nn.Linear(4, 2))
    assert adapt_linears(network, chosen=lambda name: name != "2", rank=2, alpha=2.0) == 2
    assert [type(layer) for layer in network] == [LoraLinear, nn.Sequential, nn.Linear]
    inner = network[1]
    assert isinstance(inner, nn.Sequential)
    assert isinstance(inner[0], LoraLinear)
