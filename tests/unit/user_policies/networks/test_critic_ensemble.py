from __future__ import annotations

import torch

from user_policies.networks.critic_ensemble import CriticEnsemble
from user_policies.networks.mlp import Mlp


def test_each_member_is_an_mlp_of_its_own() -> None:
    ensemble = CriticEnsemble(members=3, features=4, actions=2, hidden_sizes=(8, 8))
    features, actions = torch.randn(5, 4), torch.randn(5, 2)
    values = ensemble(features, actions)
    assert values.shape == (3, 5)
    state = ensemble.state_dict()
    for member in range(3):
        single = Mlp(inputs=6, hidden_sizes=(8, 8))
        for layer in (0, 3):
            single.layers[layer].weight.data = state[f"layers.{layer}.weight"][member].T
            single.layers[layer].bias.data = state[f"layers.{layer}.bias"][member, 0]
            single.layers[layer + 1].weight.data = state[f"layers.{layer + 1}.gain"][member, 0]
            single.layers[layer + 1].bias.data = state[f"layers.{layer + 1}.offset"][member, 0]
        hidden = single(torch.cat([features, actions], dim=-1))
        expected = hidden @ state["layers.6.weight"][member] + state["layers.6.bias"][member]
        torch.testing.assert_close(values[member], expected[:, 0], rtol=1e-5, atol=1e-5)


def test_members_begin_different() -> None:
    values = CriticEnsemble(members=2, features=4, actions=2, hidden_sizes=(8,))(torch.ones(1, 4), torch.ones(1, 2))
    assert values[0] != values[1]


def test_nothing_is_promised_before_the_first_update() -> None:
    ensemble = CriticEnsemble(members=10, features=40, actions=7, hidden_sizes=(256, 256))
    values = ensemble(torch.randn(100, 40), torch.rand(100, 7) * 2 - 1)
    assert values.abs().max() < 0.05


def test_loss_of_one_member_leaves_the_others_without_gradient() -> None:
    ensemble = CriticEnsemble(members=2, features=4, actions=2, hidden_sizes=(8,))
    ensemble(torch.randn(5, 4), torch.randn(5, 2))[0].sum().backward()
    gradient = dict(ensemble.named_parameters())["layers.0.weight"].grad
    assert gradient is not None
    assert gradient[0].abs().sum() > 0
    assert gradient[1].abs().sum() == 0
