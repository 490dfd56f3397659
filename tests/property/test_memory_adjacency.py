"""Whatever the order, the losses and the repetitions: neighbours are neighbours, and only whole steps are drawn."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.learning_records import make_episode, small_spec
from user_core.types import Mode, StepType, Transition
from user_learner.replay.config import MemoryConfig
from user_learner.replay.memory import SamplingMemory
from user_learner.replay.n_step import n_step_returns

SPEC = small_spec(cameras=0)


@st.composite
def record_streams(draw: st.DrawFn) -> list[Transition]:
    """Records of a few episodes, some lost, some repeated, in any order."""
    records = []
    for number in range(draw(st.integers(1, 4))):
        outcome = draw(st.sampled_from(["success", "failure", "timeout", "incomplete"]))
        length = draw(st.integers(1, 6))
        mode = draw(st.sampled_from([Mode.TRAIN, Mode.COLLECT, Mode.EVALUATE]))
        human = draw(st.sets(st.integers(0, 5)))
        episode = make_episode(
            SPEC, episode=f"episode-{number}", length=length, outcome=outcome, mode=mode, human_steps=tuple(human)
        )
        records += draw(st.lists(st.sampled_from(episode), max_size=2 * len(episode)))
    return draw(st.permutations(records))


def add_all(records: list[Transition]) -> tuple[SamplingMemory, list[Transition]]:
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig(own_successes=True))
    return memory, [record for record in records if memory.add(record)]


@given(record_streams())
@settings(max_examples=150, deadline=None)
def test_successor_is_the_next_step_of_the_same_episode(records: list[Transition]) -> None:
    memory, kept = add_all(records)
    identities = [(record.observation.episode, record.observation.step) for record in kept]
    assert len(set(identities)) == len(identities) == len(memory)
    for row, (episode, step) in enumerate(identities):
        following = (episode, step + 1)
        expected = identities.index(following) if following in identities else -1
        assert memory.successor[row] == expected


@given(record_streams())
@settings(max_examples=150, deadline=None)
def test_each_row_with_a_successor_is_drawable_once_where_it_belongs(records: list[Transition]) -> None:
    memory, kept = add_all(records)
    whole = [row for row in range(len(kept)) if memory.successor[row] >= 0]
    online = [row for row in whole if kept[row].observation.mode is Mode.TRAIN]
    closed = {record.observation.episode for record in kept if record.step_type is StepType.LAST}
    successes = {record.observation.episode for record in kept if record.success} & closed
    demonstrations = [
        row
        for row in whole
        if kept[row].observation.episode in successes
        or (kept[row].observation.mode is Mode.TRAIN and kept[row].action_source.value == "human")
    ]
    assert sorted(memory.online_rows.tolist()) == online
    assert sorted(memory.demonstration_rows.tolist()) == demonstrations
    assert all(kept[row].step_type is not StepType.LAST for row in whole)


@given(record_streams(), st.integers(1, 5))
@settings(max_examples=150, deadline=None)
def test_n_step_samples_stay_in_their_episode_and_sum_only_its_rewards(records: list[Transition], n: int) -> None:
    memory, kept = add_all(records)
    rows = np.flatnonzero(memory.successor >= 0)
    returns = n_step_returns(
        rows, n=n, gamma=0.9, successor=memory.successor, reward=memory.rewards, discount=memory.discounts
    )
    for index, row in enumerate(rows):
        first, last = kept[row].observation, kept[returns.next_row[index]].observation
        steps = last.step - first.step
        assert first.episode == last.episode
        assert 1 <= steps <= n
        total, weight = 0.0, 1.0
        for offset in range(steps):
            step = next(
                record
                for record in kept
                if record.observation.episode == first.episode and record.observation.step == first.step + offset
            )
            total += weight * step.reward
            weight *= 0.9 * step.discount
        np.testing.assert_allclose(returns.reward[index], total, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(returns.bootstrap[index], weight, rtol=1e-5, atol=1e-6)


@given(record_streams())
@settings(max_examples=50, deadline=None)
def test_digest_depends_on_the_kept_records_alone(records: list[Transition]) -> None:
    memory, kept = add_all(records)
    again, _ = add_all(kept)
    assert memory.digest() == again.digest()
