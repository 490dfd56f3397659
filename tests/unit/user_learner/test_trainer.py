from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from tests.support.learning_records import make_episode, make_label, make_observation, small_spec
from user_core.errors import ConfigurationError, SpecMismatchError, UnknownNameError
from user_core.types import Mode
from user_learner.algorithms.pretraining.config import PretrainingConfig
from user_learner.algorithms.pretraining.divergence import PretrainingDivergedError
from user_learner.algorithms.pretraining.progress import PretrainingStopped
from user_learner.algorithms.registry import algorithm_entry
from user_learner.replay.config import MemoryConfig
from user_learner.trainer import Trainer
from user_policies.policies.config import PolicyConfig
from user_policies.policies.registry import make_policy
from user_policies.tensors import tensors_digest

SPEC = small_spec()
POLICY = PolicyConfig(name="mlp", hidden_sizes=(8,))
SMALL = {"batch_size": 8, "critics": 2, "critic_hidden_sizes": (8,)}


def make(
    *,
    algorithm: str = "rlpd",
    policy: PolicyConfig = POLICY,
    demonstrations: int = 2,
    seed: int = 0,
    task: str = "test_task",
    **pretraining: Any,
) -> Trainer:
    return Trainer(
        spec=dataclasses.replace(SPEC, task=task),
        policy=policy,
        algorithm=algorithm,
        hyperparameters=algorithm_entry(algorithm).config_type(**SMALL),
        memory=MemoryConfig(),
        pretraining=PretrainingConfig(
            **{"demonstrations": demonstrations, "imitation_updates": 10, "encoder_updates": 2, "threads": 1}
            | pretraining
        ),
        seed=seed,
    )


def feed(trainer: Trainer, *, training: int = 2, demonstrations: int = 2) -> None:
    for number in range(demonstrations):
        for record in make_episode(SPEC, episode=f"collect-{number}", length=5, mode=Mode.COLLECT):
            trainer.add(record)
    for number in range(training):
        for record in make_episode(SPEC, episode=f"train-{number}", length=5):
            trainer.add(record)


def quietly(text: str, share: float) -> None:
    """Reports to nobody."""


def test_practice_waits_for_demonstrations_and_their_pretraining() -> None:
    trainer = make()
    feed(trainer, demonstrations=1)
    assert not trainer.can_pretrain
    feed(trainer)
    assert trainer.can_pretrain
    assert not trainer.ready
    trainer.pretrain(report=quietly)
    assert trainer.pretrained
    assert not trainer.can_pretrain
    assert trainer.ready


def test_sac_without_demonstrations_begins_with_its_first_steps() -> None:
    trainer = make(algorithm="sac", demonstrations=0)
    assert trainer.pretrained
    assert not trainer.ready
    feed(trainer, demonstrations=0)
    assert trainer.ready
    assert trainer.imitation_weights() is None


@pytest.mark.parametrize("begin_from", ["imitation", "random"])
def test_pretraining_makes_no_second_policy(begin_from: str, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = make(begin_from=begin_from)
    untrained = trainer.weights()
    feed(trainer)

    def refuse(**settings: object) -> None:
        raise AssertionError("a large policy must not be there twice")

    monkeypatch.setattr("user_learner.trainer.make_policy", refuse)
    trainer.pretrain(report=quietly)
    began = np.array_equal(trainer.weights()["actor.mean.weight"], untrained["actor.mean.weight"])
    assert began == (begin_from == "random")


def test_pretraining_that_is_stopped_leaves_nothing_half_done_and_begins_anew() -> None:
    stopped, other = make(imitation_updates=60), make(imitation_updates=60)
    for trainer in (stopped, other):
        feed(trainer)
    before = tensors_digest(stopped.weights())
    with pytest.raises(PretrainingStopped):
        stopped.pretrain(report=quietly, should_stop=lambda: True)
    assert tensors_digest(stopped.weights()) == before
    for trainer in (stopped, other):
        trainer.pretrain(report=quietly)
    assert tensors_digest(stopped.weights()) == tensors_digest(other.weights()) != before


def test_an_encoder_that_diverges_is_named_and_nothing_of_it_is_kept() -> None:
    trainer = make(policy=dataclasses.replace(POLICY, name="cnn"), encoder_learning_rate=1e37)
    feed(trainer)
    before = tensors_digest(trainer.weights())
    with pytest.raises(PretrainingDivergedError, match=r"lower pretraining\.encoder_learning_rate, which is 1e\+37"):
        trainer.pretrain(report=quietly)
    assert tensors_digest(trainer.weights()) == before
    assert not trainer.pretrained


def test_updates_move_the_weights_and_leave_the_imitation_as_it_was() -> None:
    trainer = make()
    feed(trainer)
    trainer.pretrain(report=quietly)
    imitation = trainer.imitation_weights()
    assert imitation is not None
    before, kept = tensors_digest(trainer.weights()), tensors_digest(imitation)
    for _ in range(4):
        trainer.update()
    assert trainer.updates == 4
    assert tensors_digest(trainer.weights()) != before
    assert tensors_digest(imitation) == kept


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_policy_acts_on_the_weights_that_the_trainer_gives(name: str) -> None:
    config = dataclasses.replace(POLICY, name=name)
    trainer = make(policy=config)
    feed(trainer)
    trainer.pretrain(report=quietly)
    policy = make_policy(spec=SPEC, config=config, seed=9)
    policy.load(trainer.weights())
    assert tensors_digest(policy.weights()) == tensors_digest(trainer.weights())
    assert policy.act([make_observation(SPEC)], deterministic=[True])[0].shape == (1, 2)


def test_restarted_trainer_goes_on_exactly_as_the_one_that_was_saved() -> None:
    first = make()
    feed(first)
    first.pretrain(report=quietly)
    for _ in range(5):
        first.update()
    second = make(seed=4)
    feed(second)
    second.restore(first.state())
    assert second.pretrained
    for trainer in (first, second):
        for _ in range(5):
            trainer.update()
    assert tensors_digest(first.state()) == tensors_digest(second.state())


def test_checkpoint_of_another_spec_is_refused() -> None:
    with pytest.raises(SpecMismatchError, match="checkpoint"):
        make(task="another").restore(make().state())


def test_label_reaches_the_memory() -> None:
    trainer = make()
    feed(trainer)
    trainer.label(make_label(episode="train-0", label="failure"))
    assert trainer.memory.rewards.sum() == 3


def test_frozen_encoder_without_pretraining_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="demonstrations"):
        make(policy=dataclasses.replace(POLICY, name="cnn"), demonstrations=0)


def test_unknown_algorithm_is_refused_with_the_choices() -> None:
    with pytest.raises(UnknownNameError, match="rlpd, sac"):
        algorithm_entry("ppo")


def test_unknown_policy_is_refused_with_the_choices() -> None:
    with pytest.raises(UnknownNameError, match="there are: cnn, .*mlp"):
        make(policy=dataclasses.replace(POLICY, name="transformer"))


def test_metrics_are_plain_numbers() -> None:
    trainer = make()
    feed(trainer)
    trainer.pretrain(report=quietly)
    metrics = [trainer.update() for _ in range(4)][-1]
    assert {"critic_loss", "q_mean", "actor_loss", "entropy", "temperature"} <= set(metrics)
    assert all(isinstance(value, float) and np.isfinite(value) for value in metrics.values())
