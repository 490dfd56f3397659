from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from tests.support.acting_features import acting_features
from tests.support.learning_records import make_episode, small_spec
from user_core.types import Mode
from user_learner.replay.batch_source import BatchSource, RawObservationSource
from user_learner.replay.config import MemoryConfig
from user_learner.replay.feature_cache import FeatureCache
from user_learner.replay.memory import SamplingMemory
from user_learner.replay.n_step import n_step_returns
from user_learner.replay.sampling import OnlineSampling, SamplingRule, SymmetricSampling
from user_learner.replay.windows import action_windows
from user_policies.policies.config import PolicyConfig
from user_policies.policies.observation_batch import ObservationBatch
from user_policies.policies.registry import make_policy

SPEC = small_spec()
DEVICE = torch.device("cpu")


def memory_with(*, training: int = 1, demonstrations: int = 1) -> SamplingMemory:
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig())
    for number in range(training):
        for record in make_episode(SPEC, episode=f"train-{number}", length=5):
            memory.add(record)
    for number in range(demonstrations):
        for record in make_episode(SPEC, episode=f"collect-{number}", length=5, mode=Mode.COLLECT):
            memory.add(record)
    return memory


def raw_source(
    memory: SamplingMemory, rule: SamplingRule, *, batch_size: int = 8, horizon: int = 1, n_step: int = 1
) -> BatchSource:
    return BatchSource(
        memory=memory,
        observations=RawObservationSource(memory=memory, device=DEVICE),
        rule=rule,
        batch_size=batch_size,
        horizon=horizon,
        n_step=n_step,
        gamma=0.9,
        device=DEVICE,
    )


def row_of(memory: SamplingMemory, state: np.ndarray) -> int:
    return int(np.flatnonzero((memory.states == state).all(axis=1))[0])


def test_symmetric_batch_is_half_demonstrations_whatever_their_share() -> None:
    memory = memory_with(training=20, demonstrations=1)
    drawn = SymmetricSampling().draw(memory, batch_size=9, generator=np.random.default_rng(0))
    assert drawn.is_demonstration.tolist() == [False] * 5 + [True] * 4
    assert set(drawn.rows[:5]) <= set(memory.online_rows)
    assert set(drawn.rows[5:]) <= set(memory.demonstration_rows)


def test_online_batch_holds_no_demonstration() -> None:
    memory = memory_with()
    drawn = OnlineSampling().draw(memory, batch_size=100, generator=np.random.default_rng(0))
    assert set(drawn.rows) == set(memory.online_rows)
    assert not drawn.is_demonstration.any()


def test_rules_wait_for_what_they_need() -> None:
    assert not OnlineSampling().ready(memory_with(training=0))
    assert OnlineSampling().ready(memory_with(demonstrations=0))
    assert not SymmetricSampling().ready(memory_with(training=0))
    assert not SymmetricSampling().ready(memory_with(demonstrations=0))
    assert SymmetricSampling().ready(memory_with())


def test_batch_holds_both_ends_of_the_same_step() -> None:
    memory = memory_with()
    batch = raw_source(memory, OnlineSampling()).sample(np.random.default_rng(0))
    assert isinstance(batch.observation, ObservationBatch)
    assert isinstance(batch.next_observation, ObservationBatch)
    for index in range(8):
        row = row_of(memory, batch.observation.states[index].numpy())
        np.testing.assert_array_equal(batch.next_observation.states[index], memory.states[row + 1])
        np.testing.assert_array_equal(batch.next_observation.images[0][index], memory.images(np.array([row + 1]))[0][0])
        np.testing.assert_array_equal(batch.action[index, 0], memory.actions[row])
        assert batch.reward[index] == memory.rewards[row]
        assert batch.bootstrap[index] == np.float32(0.9) * memory.discounts[row]


@pytest.mark.parametrize("n_step", [1, 3])
def test_batch_follows_the_episode_and_not_the_row_numbers(n_step: int) -> None:
    first = make_episode(SPEC, episode="first", length=6)
    second = make_episode(SPEC, episode="second", length=6, outcome="timeout")
    records = [record for pair in zip(first, second, strict=True) for record in pair]
    del records[5]  # step 2 of the second episode is lost
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig())
    for number, record in enumerate(records):
        memory.add(dataclasses.replace(record, reward=0.1 * (number + 1)))
    batch = raw_source(memory, OnlineSampling(), batch_size=64, n_step=n_step).sample(np.random.default_rng(0))
    assert isinstance(batch.observation, ObservationBatch)
    assert isinstance(batch.next_observation, ObservationBatch)
    rows = np.array([row_of(memory, state) for state in batch.observation.states.numpy()])
    assert set(rows) == set(memory.online_rows.tolist())
    expected = n_step_returns(
        rows,
        n=n_step,
        gamma=0.9,
        successor=memory.successor,
        reward=memory.rewards,
        discount=memory.discounts,
    )
    assert not np.isin(expected.next_row, rows + 1).all()
    np.testing.assert_array_equal(batch.next_observation.states, memory.states[expected.next_row])
    np.testing.assert_array_equal(batch.next_observation.images[0], memory.images(expected.next_row)[0])
    np.testing.assert_array_equal(batch.reward, expected.reward)
    np.testing.assert_array_equal(batch.bootstrap, expected.bootstrap)
    np.testing.assert_array_equal(batch.action[:, 0], memory.actions[rows])
    steps = {record.observation.step: record for record in first}
    start = row_of(memory, steps[0].observation.state)
    end = batch.next_observation.states[int(np.flatnonzero(rows == start)[0])]
    np.testing.assert_array_equal(end, steps[n_step].observation.state)


def test_same_generator_state_gives_the_same_batch() -> None:
    memory = memory_with()
    source = raw_source(memory, SymmetricSampling())
    first, second = (source.sample(np.random.default_rng(7)) for _ in range(2))
    assert torch.equal(first.action, second.action)


def test_cached_features_are_those_that_act() -> None:
    memory = memory_with()
    policy = make_policy(spec=SPEC, config=PolicyConfig(name="cnn", hidden_sizes=(8,)))
    cache = FeatureCache(memory=memory, extractor=policy.network.features, device=DEVICE)
    records = make_episode(SPEC, episode="train-0", length=5)
    acting = acting_features(policy, [records[3].observation])
    np.testing.assert_allclose(cache.gather(np.array([3]))[0], acting[0], atol=1e-5)


def test_cache_follows_the_memory_and_forgets_when_the_encoder_changed() -> None:
    memory = memory_with(demonstrations=0)
    policy = make_policy(spec=SPEC, config=PolicyConfig(name="cnn", hidden_sizes=(8,)))
    cache = FeatureCache(memory=memory, extractor=policy.network.features, device=DEVICE)
    before = cache.gather(np.array([0])).clone()
    for number in range(30):
        for record in make_episode(SPEC, episode=f"later-{number}", length=5):
            memory.add(record)
    assert cache.gather(np.arange(len(memory))).abs().sum(dim=1).min() > 0
    policy.load(make_policy(spec=SPEC, config=PolicyConfig(name="cnn", hidden_sizes=(8,)), seed=1).weights())
    assert torch.equal(cache.gather(np.array([0])), before)
    cache.forget()
    assert not torch.equal(cache.gather(np.array([0])), before)


def test_windows_of_actions_end_with_their_episode_and_at_a_lost_record() -> None:
    records = [*make_episode(SPEC, episode="whole", length=4), *make_episode(SPEC, episode="torn", length=5)]
    del records[5 + 3]  # step 3 of the second episode: its step 2 has no successor
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig())
    for record in records:
        memory.add(record)
    rows = np.array([0, 2, 3, 5, 6])
    windows = action_windows(rows, horizon=3, successor=memory.successor, actions=memory.actions)
    assert windows.within.tolist() == [
        [True, True, True],
        [True, True, False],
        [True, False, False],
        [True, True, False],
        [True, False, False],
    ]
    for index, row in enumerate(rows):
        for step in range(3):
            expected = memory.actions[row + step] if windows.within[index, step] else np.zeros(2)
            np.testing.assert_array_equal(windows.actions[index, step], expected)


def test_batch_of_chunks_names_the_steps_that_a_person_took() -> None:
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig())
    for record in make_episode(SPEC, length=5, human_steps=(2, 3)):
        memory.add(record)
    batch = raw_source(memory, OnlineSampling(), batch_size=64, horizon=3).sample(np.random.default_rng(0))
    assert isinstance(batch.observation, ObservationBatch)
    assert batch.action.shape == (64, 3, 2)
    for index, state in enumerate(batch.observation.states.numpy()):
        step = row_of(memory, state)
        assert batch.by_person[index].tolist() == [step + j in (2, 3) for j in range(3)]
        assert batch.within[index].tolist() == [step + j < 5 for j in range(3)]
