from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import torch

from tests.support.small_trainers import SPEC, small_policy
from user_learner.algorithms.sac_flow.config import SacFlowConfig
from user_learner.algorithms.sac_flow.learner import SacFlowLearner
from user_learner.algorithms.sac_flow.losses import noise_entropy
from user_learner.replay.batch import Batch
from user_learner.replay.sampling import SymmetricSampling
from user_policies.networks.flow_actor import FlowActor
from user_policies.policies.registry import make_policy

B, H, A = 6, 3, 2
SMALL: dict[str, Any] = {"critics": 2, "critic_hidden_sizes": (8,), "batch_size": B, "actor_every": 1}


def make(*, seed: int = 0, **settings: Any) -> SacFlowLearner:
    policy = make_policy(spec=SPEC, config=dataclasses.replace(small_policy("flow_state"), horizon=H), seed=seed)
    return SacFlowLearner(config=SacFlowConfig(**{**SMALL, **settings}), policy=policy, seed=seed)


def make_batch(learner: SacFlowLearner, *, demonstrations: int = 3) -> Batch:
    generator = torch.Generator().manual_seed(0)
    features = learner._network.features.outputs
    return Batch(
        observation=torch.randn(B, features, generator=generator),
        action=torch.rand(B, H, A, generator=generator) * 2 - 1,
        within=torch.ones(B, H, dtype=torch.bool),
        by_person=torch.zeros(B, H, dtype=torch.bool),
        reward=torch.rand(B, generator=generator),
        bootstrap=torch.full((B,), 0.9),
        next_observation=torch.randn(B, features, generator=generator),
        is_demonstration=torch.arange(B) >= B - demonstrations,
    )


def test_half_of_a_batch_is_demonstrations() -> None:
    assert isinstance(make().sampling_rule(), SymmetricSampling)
    assert SacFlowLearner.needs_demonstrations


@pytest.mark.parametrize(("target_entropy", "direction"), [(-100.0, -1), (100.0, 1)])
def test_temperature_aims_beyond_the_entropy_of_the_noise(target_entropy: float, direction: int) -> None:
    learner = make(target_entropy=target_entropy, temperature_learning_rate=0.01, initial_temperature=0.1)
    actor = learner._network.actor
    assert isinstance(actor, FlowActor)
    noise = noise_entropy(steps=actor.config.steps, noise_std=actor.config.noise_std, dimension=H * A)
    assert learner._target_entropy == noise + H * target_entropy
    before = float(learner._temperature().detach())
    learner.update(make_batch(learner))
    assert (float(learner._temperature().detach()) - before) * direction > 0


def test_critics_move_the_actor_through_every_euler_step() -> None:
    learner = make(cloning_weight=0.0, actor_learning_rate=1e-2)
    batch = make_batch(learner, demonstrations=0)
    before = learner.weights()
    learner.update(batch)
    moved = {name for name, value in learner.weights().items() if (value != before[name]).any()}
    assert {name for name, _ in learner._network.actor.named_parameters(prefix="actor")} <= moved


def test_cloning_weight_brings_the_flow_to_what_was_demonstrated() -> None:
    learner = make(cloning_weight=10.0, actor_learning_rate=1e-2)
    batch = make_batch(learner, demonstrations=B)

    def error() -> float:
        with torch.no_grad():
            return float((learner._network.actor.mode(batch.observation) - batch.action).square().mean())  # type: ignore[arg-type]

    before = error()
    for _ in range(60):
        learner.update(batch)
    assert error() < 0.5 * before


def test_actor_that_is_no_flow_is_refused() -> None:
    policy = make_policy(spec=SPEC, config=small_policy("mlp"))
    with pytest.raises(TypeError, match="SAC-Flow trains a FlowActor, not a GaussianActor"):
        SacFlowLearner(config=SacFlowConfig(**SMALL), policy=policy)
