from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from user_core.errors import WeightsError
from user_policies.modules import module_tensors
from user_policies.networks.frozen_base import BASE, copy_on_base, freeze, refuse_other_bases


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


def weights_of(*, seed: int, part: str = "actor") -> dict[str, np.ndarray]:
    return module_tensors(divided(seed=seed), prefix=f"{part}.")


def test_the_same_base_has_the_same_hash() -> None:
    refuse_other_bases(weights_of(seed=0), own=weights_of(seed=0), what="weights")


@pytest.mark.parametrize(
    ("part", "settings"),
    [
        ("actor", "policy.weights, policy.size and policy.trainable"),
        ("features.encoders.0", "policy.encoder_weights"),
    ],
)
def test_another_base_is_refused_with_both_hashes_and_what_sets_it(part: str, settings: str) -> None:
    ours, theirs = (weights_of(seed=seed, part=part) for seed in (0, 1))
    with pytest.raises(WeightsError) as refusal:
        refuse_other_bases(theirs, own=ours, what="weights of a run")
    assert str(refusal.value).endswith(f"the same {settings}")
    for one in (ours, theirs):
        assert one[f"{part}.{BASE}"].tobytes().hex()[:16] in str(refusal.value)
