from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from user_core.errors import WeightsError
from user_policies.networks.frozen_base import BASE, copy_on_base, freeze, refuse_other_base


def divided(*, seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    network = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
    freeze(network, frozen=lambda name: name.startswith("0."))
    return network


def test_what_is_frozen_is_no_parameter_and_is_not_sent() -> None:
    network = divided()
    assert [name for name, _ in network.named_parameters()] == ["2.weight", "2.bias"]
    assert sorted(network.state_dict()) == ["2.bias", "2.weight", BASE]


def test_computes_the_same_as_before() -> None:
    torch.manual_seed(0)
    whole = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
    inputs = torch.randn(3, 4)
    before = whole(inputs)
    freeze(whole, frozen=lambda name: name.startswith("0."))
    torch.testing.assert_close(whole(inputs), before)


def test_a_copy_has_its_own_parameters_on_the_same_base() -> None:
    network = divided()
    duplicate = copy_on_base(network)
    assert duplicate[0].weight is network[0].weight
    assert duplicate[2].weight is not network[2].weight
    torch.testing.assert_close(duplicate[2].weight, network[2].weight)


def test_the_same_base_has_the_same_hash() -> None:
    first, second = divided().state_dict()[BASE].numpy(), divided().state_dict()[BASE].numpy()
    refuse_other_base(first, own=second, name="base")


def test_another_base_is_refused_with_both_hashes() -> None:
    ours, theirs = (divided(seed=seed).state_dict()[BASE].numpy() for seed in (0, 1))
    with pytest.raises(WeightsError) as refusal:
        refuse_other_base(theirs, own=ours, name="base")
    for digest in (ours, theirs):
        assert np.asarray(digest).tobytes().hex()[:16] in str(refusal.value)
