from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tests.support.learning_records import make_episode
from tests.support.small_trainers import SPEC, small_policy, small_trainer
from user_core.types import Mode
from user_learner.trainer import Trainer
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.policies.registry import make_policy

DUCK = "place the duck"


def tell(trainer: Trainer, instruction: str, **episode: Any) -> None:
    """Give the trainer an episode in which this was asked of the arm."""
    for record in make_episode(SPEC, episode=instruction, length=3, **episode):
        trainer.add(replace(record, observation=replace(record.observation, instruction=instruction)))


def known_to(trainer: Trainer) -> list[str]:
    """What a policy with the trainer's weights knows."""
    policy = make_policy(spec=SPEC, config=small_policy("vla_small"))
    policy.load(trainer.weights())
    sentences: list[str] = policy.network.features.known_instructions.sentences()
    return sentences


def test_weights_carry_the_instructions_that_were_trained_through_pretraining_and_back() -> None:
    trainer = small_trainer("bc", small_policy("vla_small"), demonstrations=2)
    tell(trainer, DUCK, mode=Mode.COLLECT)
    trainer.pretrain(report=lambda text, share: None)
    assert known_to(trainer) == [DUCK]


def test_only_an_instruction_that_is_learned_from_counts_as_known() -> None:
    trainer = small_trainer("hg_dagger", small_policy("vla_small"), demonstrations=2)
    trainer.pretrain(report=lambda text, share: None)
    tell(trainer, "what the policy did alone")
    tell(trainer, "what was corrected in vain", human_steps=(1,), outcome="failure")
    assert known_to(trainer) == []
    tell(trainer, DUCK, human_steps=(1,))
    assert known_to(trainer) == [DUCK]


def test_whoever_learns_from_all_practice_knows_its_instructions() -> None:
    trainer = small_trainer("sac_flow", small_policy("vla_small"), demonstrations=2)
    trainer.pretrain(report=lambda text, share: None)
    tell(trainer, DUCK, outcome="failure")
    assert known_to(trainer) == [DUCK]


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
