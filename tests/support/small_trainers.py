"""Trainers of any algorithm on any policy that it trains, as small as they can be, with something to learn from."""

from __future__ import annotations

import dataclasses
from typing import Any

from tests.support.learning_records import make_episode, small_spec
from user_core.types import Mode
from user_learner.algorithms.pretraining.config import PretrainingConfig
from user_learner.algorithms.registry import algorithm_entry, policies_for
from user_learner.replay.config import MemoryConfig
from user_learner.trainer import Trainer
from user_policies.networks.flow_config import FlowConfig
from user_policies.policies.config import PolicyConfig

SPEC = small_spec()
HORIZON = 3
"""Chunks, so that what goes wrong only with several steps of action in a sample is seen with every pair."""
HYPERPARAMETERS: dict[str, Any] = {"batch_size": 8, "critics": 2, "critic_hidden_sizes": (8,)}
POLICY_SETTINGS: dict[str, dict[str, Any]] = {}
"""What a policy needs beside the small settings of all; a new one that needs nothing does not stand here."""
_STATE_POLICIES = ("mlp", "flow_state")


def small_policy(name: str) -> PolicyConfig:
    """Settings of a policy of a few numbers."""
    flow = FlowConfig(network="mlp", width=8, heads=2, steps=2)
    small: dict[str, Any] = {"hidden_sizes": (8,), "horizon": HORIZON, "encoder_outputs": 2, "flow": flow}
    return PolicyConfig(name=name, **small | POLICY_SETTINGS.get(name, {}))


def smallest_policy_for(algorithm: str) -> PolicyConfig:
    """Settings of a policy that an algorithm trains, one without images if there is one."""
    policies = policies_for(algorithm)
    return small_policy(next(name for name in (*_STATE_POLICIES, *policies) if name in policies))


def small_hyperparameters(algorithm: str) -> Any:
    """Settings of an algorithm for tests: those of the small ones that it has."""
    config_type = algorithm_entry(algorithm).config_type
    known = {field.name for field in dataclasses.fields(config_type)}
    return config_type(**{name: value for name, value in HYPERPARAMETERS.items() if name in known})


def small_trainer(algorithm: str, policy: PolicyConfig, *, seed: int = 0, demonstrations: int = 0) -> Trainer:
    """A trainer with successful episodes in its memory: of training, with a person's steps, and of a demonstrator.

    Args:
        algorithm: Registry name.
        policy: Settings of the policy.
        seed: Of everything that is drawn.
        demonstrations: How many pretraining waits for; 0 = there is none.
    """
    trainer = Trainer(
        spec=SPEC,
        policy=policy,
        algorithm=algorithm,
        hyperparameters=small_hyperparameters(algorithm),
        memory=MemoryConfig(),
        pretraining=PretrainingConfig(
            demonstrations=demonstrations, imitation_updates=2, encoder_updates=2, encoder_batch_size=4
        ),
        seed=seed,
    )
    for record in make_episode(SPEC, episode="train", length=6, human_steps=(2, 3)):
        trainer.add(record)
    for number in range(2):
        for record in make_episode(SPEC, episode=f"collect-{number}", length=6, mode=Mode.COLLECT):
            trainer.add(record)
    return trainer
