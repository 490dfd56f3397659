"""The critics' targets for chunks, from records through a trainer, against a float64 loop over samples and steps."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.support.acting_features import acting_features
from tests.support.learning_records import make_episode, small_spec
from user_core.types import Observation, Transition
from user_learner.algorithms.pretraining.config import PretrainingConfig
from user_learner.algorithms.sac.config import SacConfig
from user_learner.replay.config import MemoryConfig
from user_learner.replay.sampling import OnlineSampling
from user_learner.trainer import Trainer
from user_policies.policies.config import PolicyConfig

SPEC = small_spec(cameras=0)
H, A, BATCH, GAMMA = 3, 2, 64, 0.9


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """What a loop finds: m steps that were really done, and where they led."""

    observation: Observation
    actions: NDArray[np.float64]
    reward: float
    bootstrap: float
    next_observation: Observation


def episodes() -> list[Transition]:
    """A success, a time-out, one that lost a record, and one that still runs; each step has a reward."""
    lost = make_episode(SPEC, episode="lost", length=7)
    records = [
        *make_episode(SPEC, episode="success", length=5),
        *make_episode(SPEC, episode="timeout", length=5, outcome="timeout"),
        *(record for record in lost if record.observation.step != 4),
        *make_episode(SPEC, episode="running", length=6)[:5],
    ]
    rewards = np.random.default_rng(2).uniform(-1, 1, len(records))
    return [replace(record, reward=float(reward)) for record, reward in zip(records, rewards, strict=True)]


def sample_from(records: list[Transition], index: int) -> Sample:
    there = {(record.observation.episode, record.observation.step): record for record in records}
    first = records[index].observation
    actions, reward, bootstrap, last = [], 0.0, 1.0, records[index]
    for step in range(H):
        following = there.get((first.episode, first.step + step + 1))
        if following is None:
            break
        actions.append(last.executed_action)
        reward += GAMMA**step * last.reward
        bootstrap = GAMMA ** (step + 1) * last.discount
        last = following
        if bootstrap == 0.0:
            break
    return Sample(
        observation=first,
        actions=np.array(actions, np.float64),
        reward=reward,
        bootstrap=bootstrap,
        next_observation=last.observation,
    )


def make_trainer(**settings: Any) -> Trainer:
    hyperparameters = {"batch_size": BATCH, "critics": 2, "critic_hidden_sizes": (8,), "gamma": GAMMA, **settings}
    trainer = Trainer(
        spec=SPEC,
        policy=PolicyConfig(name="mlp", hidden_sizes=(8,), horizon=H),
        algorithm="sac",
        hyperparameters=SacConfig(**hyperparameters),
        memory=MemoryConfig(),
        pretraining=PretrainingConfig(demonstrations=0),
        seed=0,
    )
    for record in episodes():
        assert trainer.add(record)
    return trainer


def drawn(trainer: Trainer) -> list[Sample]:
    """What the trainer's first update draws."""
    rows = OnlineSampling().draw(trainer.memory, batch_size=BATCH, generator=np.random.default_rng(0)).rows
    return [sample_from(episodes(), int(row)) for row in rows]


def doubled(trainer: Trainer, observation: Observation) -> torch.Tensor:
    return acting_features(trainer._policy, [observation]).double()


def targets_of(trainer: Trainer, samples: list[Sample]) -> list[float]:
    """Targets of the first update: one sample, one critic after the other."""
    learner: Any = trainer._learner
    actor, critic = (copy.deepcopy(part).double() for part in (learner._network.actor, learner._target_critic))
    noise = torch.randn(BATCH, H * A, generator=torch.Generator().manual_seed(0)).double()
    targets = []
    with torch.no_grad():
        for sample, row in zip(samples, noise, strict=True):
            features = doubled(trainer, sample.next_observation)
            distribution = actor(features)
            action = torch.tanh(distribution.mean + distribution.log_std.exp() * row)
            values = [float(value) for value in critic(features, action)[:, 0]]
            targets.append(sample.reward + sample.bootstrap * min(values))
    return targets


def test_what_is_drawn_is_what_a_loop_over_the_records_finds() -> None:
    trainer = make_trainer()
    batch, samples = trainer._batches.sample(np.random.default_rng(0)), drawn(trainer)
    assert {len(sample.actions) for sample in samples} == {1, 2, 3}
    for index, sample in enumerate(samples):
        steps = len(sample.actions)
        assert batch.within[index].tolist() == [step < steps for step in range(H)]
        np.testing.assert_allclose(batch.action[index, :steps], sample.actions, rtol=1e-6)
        assert not batch.action[index, steps:].any()
        assert float(batch.reward[index]) == pytest.approx(sample.reward, rel=1e-5, abs=1e-6)
        assert float(batch.bootstrap[index]) == pytest.approx(sample.bootstrap, rel=1e-6)
        for found, observation in (
            (batch.observation, sample.observation),
            (batch.next_observation, sample.next_observation),
        ):
            assert isinstance(found, torch.Tensor)
            np.testing.assert_allclose(found[index], doubled(trainer, observation)[0], rtol=1e-6)


def test_the_target_of_a_chunk_is_the_value_of_where_the_whole_of_it_led() -> None:
    trainer = make_trainer()
    expected = targets_of(trainer, drawn(trainer))
    assert trainer.update()["target_q_mean"] == pytest.approx(np.mean(expected), rel=1e-5)


def test_the_critics_learn_from_the_chunks_that_were_not_cut_short() -> None:
    trainer = make_trainer()
    samples = drawn(trainer)
    targets = targets_of(trainer, samples)
    learner: Any = trainer._learner
    critic = copy.deepcopy(learner._critic).double()
    errors: list[float] = []
    with torch.no_grad():
        for sample, target in zip(samples, targets, strict=True):
            if len(sample.actions) < H and sample.bootstrap:
                continue
            chunk = np.zeros((H, A))
            chunk[: len(sample.actions)] = sample.actions
            values = critic(doubled(trainer, sample.observation), torch.from_numpy(chunk).flatten()[None])
            errors += [(float(value) - target) ** 2 for value in values[:, 0]]
    assert 0 < len(errors) < 2 * BATCH
    assert trainer.update()["critic_loss"] == pytest.approx(np.mean(errors), rel=1e-5)


def test_more_rewards_than_a_chunk_has_steps_may_be_summed_and_never_less() -> None:
    reward = {n: make_trainer(n_step=n)._batches.sample(np.random.default_rng(0)).reward for n in (1, H, H + 1)}
    assert torch.equal(reward[1], reward[H])
    assert not torch.equal(reward[H], reward[H + 1])
