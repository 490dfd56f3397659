from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.support.learning_records import make_episode
from tests.support.small_trainers import SPEC, small_policy, small_trainer
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.policies.registry import make_policy

DUCK = "place the duck"


def test_weights_carry_the_instructions_that_were_trained_through_pretraining_and_back() -> None:
    trainer = small_trainer("bc", small_policy("vla_small"), demonstrations=2)
    for record in make_episode(SPEC, episode="told", length=3):
        trainer.add(replace(record, observation=replace(record.observation, instruction=DUCK)))
    trainer.pretrain(report=lambda text, share: None)
    policy = make_policy(spec=SPEC, config=small_policy("vla_small"))
    policy.load(trainer.weights())
    assert policy.network.features.known_instructions.sentences() == [DUCK]


def with_an_encoder_in_training() -> ActorPolicy:
    return make_policy(spec=SPEC, config=replace(small_policy("vla_small"), encoder="small_trained"))


def test_practice_that_begins_from_the_average_of_an_encoder_in_training_knows_its_instructions() -> None:
    taught, policy = with_an_encoder_in_training(), with_an_encoder_in_training()
    taught.learn_instructions([DUCK])
    policy.load(taught.weights())
    policy.begin_from_average()
    for network in (policy.network, policy.average):
        assert network.features.known_instructions.sentences() == [DUCK]


def test_weights_whose_average_knows_none_of_them_bring_the_instructions_all_the_same() -> None:
    taught, policy = with_an_encoder_in_training(), with_an_encoder_in_training()
    taught.learn_instructions([DUCK])
    weights = taught.weights()
    weights["ema.features.known_instructions.texts"] = np.zeros_like(weights["features.known_instructions.texts"])
    policy.load(weights)
    policy.begin_from_average()
    assert policy.network.features.known_instructions.sentences() == [DUCK]
