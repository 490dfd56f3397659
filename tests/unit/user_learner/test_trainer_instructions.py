from __future__ import annotations

from dataclasses import replace

from tests.support.learning_records import make_episode
from tests.support.small_trainers import SPEC, small_policy, small_trainer
from user_policies.policies.registry import make_policy


def test_weights_carry_the_instructions_that_were_trained_through_pretraining_and_back() -> None:
    trainer = small_trainer("bc", small_policy("vla_small"), demonstrations=2)
    for record in make_episode(SPEC, episode="told", length=3):
        trainer.add(replace(record, observation=replace(record.observation, instruction="place the duck")))
    trainer.pretrain(report=lambda text, share: None)
    policy = make_policy(spec=SPEC, config=small_policy("vla_small"))
    policy.load(trainer.weights())
    assert policy.network.features.known_instructions.sentences() == ["place the duck"]
