from __future__ import annotations

import torch

from benchmarks.wandering import AMPLITUDE, wandering_policy, waves
from tests.support.learning_records import make_observation
from tests.support.policy_samples import SPEC
from user_policies.networks.flow_config import FlowConfig
from user_policies.policies.config import PolicyConfig
from user_policies.tensors import tensors_digest


def test_waves_are_smooth_and_begin_anywhere() -> None:
    chunks = waves(500, horizon=10, actions=3, generator=torch.Generator().manual_seed(0))
    assert chunks.shape == (500, 10, 3)
    assert float(chunks.abs().max()) <= AMPLITUDE + 1e-6
    assert float(chunks.diff(dim=1).abs().max()) < 0.06
    assert float(chunks[:, 0].std()) > 0.1


def test_the_policy_acts_with_what_it_was_trained_to() -> None:
    config = PolicyConfig(name="flow_state", horizon=5, flow=FlowConfig(network="mlp", steps=2, width=8))
    trained, untrained = (wandering_policy(spec=SPEC, config=config, updates=updates) for updates in (2, 0))
    (chunk,) = trained.act([make_observation(SPEC)], deterministic=[True])
    assert chunk.shape == (5, SPEC.action_dim)
    assert tensors_digest(trained.weights()) != tensors_digest(untrained.weights())
    for average, newest in zip(trained.average.parameters(), trained.network.parameters(), strict=True):
        torch.testing.assert_close(average, newest)
