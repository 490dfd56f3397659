from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.optim import Adam

from tests.support.acting_features import acting_features
from tests.support.learning_records import make_observation, small_spec
from user_core.types import Observation
from user_policies.networks.flow_config import FlowConfig
from user_policies.policies.config import PolicyConfig
from user_policies.policies.registry import make_policy
from user_policies.policies.vla_small import VlaFeatures, VlaSmallPolicy

SPEC = small_spec(cameras=2)
HORIZON = 4
LEFT, RIGHT = "go to the left box", "go to the right box"


def make(**changes: Any) -> VlaSmallPolicy:
    flow = FlowConfig(width=32, layers=1, heads=2, steps=3)
    config = replace(PolicyConfig(name="vla_small", horizon=HORIZON, flow=flow), **changes)
    policy = make_policy(spec=SPEC, config=config)
    assert isinstance(policy, VlaSmallPolicy)
    return policy


def told(instruction: str, *, step: int = 0) -> Observation:
    return replace(make_observation(SPEC, step=step), instruction=instruction)


def test_features_hold_the_words_exactly_and_the_image_features_behind_them() -> None:
    policy = make()
    features = policy.network.features
    assert isinstance(features, VlaFeatures)
    packed = acting_features(policy, [told(LEFT), told(RIGHT)])
    assert packed.shape == (2, features.outputs)
    assert packed.abs().max() <= 3.0  # critics read them as well
    words = features.layout.unpack(packed)["words"] * 2048
    assert torch.equal(words, words.round())
    assert (words[0] != words[1]).sum() == 1  # left, right
    goals = features.layout.unpack(packed)["goals"]
    assert torch.equal(goals[:, : len(features.goal_axes)], features.goal_of(packed))


def test_every_parameter_gets_a_gradient() -> None:
    policy = make()
    features = acting_features(policy, [told(LEFT)])
    actor = policy.network.actor
    actor.imitation_loss(features, chunk=torch.zeros(1, HORIZON, 2), weight=torch.ones(1, HORIZON)).backward()
    assert [name for name, parameter in actor.named_parameters() if parameter.grad is None] == []


def test_learns_that_the_instruction_decides_where_to_go() -> None:
    policy = make(act_with_average=False)
    observations = [told(LEFT, step=step) for step in range(4)] + [told(RIGHT, step=step) for step in range(4)]
    features = acting_features(policy, observations)
    towards = torch.tensor([-0.6] * 4 + [0.6] * 4)
    chunk = torch.stack([towards, torch.full((8,), 0.2)], dim=-1).unsqueeze(1).repeat(1, HORIZON, 1)  # (8, H, 2)
    actor = policy.network.actor
    optimiser = Adam(actor.parameters(), lr=5e-3)
    generator = torch.Generator().manual_seed(0)
    for _ in range(60):
        optimiser.zero_grad()
        actor.imitation_loss(features, chunk=chunk, weight=torch.ones(8, HORIZON), generator=generator).backward()
        optimiser.step()
    unseen = 99  # a state and images that were never trained
    left, right = policy.act([told(LEFT, step=unseen), told(RIGHT, step=unseen)], deterministic=[True, True])
    assert left.shape == (HORIZON, 2)
    np.testing.assert_allclose(left, np.tile([-0.6, 0.2], (HORIZON, 1)), atol=0.25)
    np.testing.assert_allclose(right, np.tile([0.6, 0.2], (HORIZON, 1)), atol=0.25)


def test_an_instruction_never_seen_is_warned_of_once_and_followed(caplog: pytest.LogCaptureFixture) -> None:
    learner, policy = make(), make()
    learner.learn_instructions([LEFT, RIGHT, LEFT])
    policy.load(learner.weights())
    with caplog.at_level(logging.WARNING):
        policy.warm_up()  # with no instruction at all
        assert len(policy.act([told(LEFT)], deterministic=[True])) == 1
        assert caplog.records == []
        for _ in range(2):
            chunk = policy.act([told("fold the towel")], deterministic=[True])[0]
    assert chunk.shape == (HORIZON, 2)
    assert [record.getMessage() for record in caplog.records] == [
        f"the instruction 'fold the towel' was never trained; these were: {LEFT}; {RIGHT}"
    ]
