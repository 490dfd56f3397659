from __future__ import annotations

import threading
from typing import Any, cast

import numpy as np
import pytest
from numpy.random import Generator

from user_learner.replay.batch import Batch
from user_learner.replay.prefetch import BatchPrefetch


class Memory:
    """Draws one row as a batch; notes which thread looked."""

    def __init__(self) -> None:
        self.rows = 100
        self.threads: list[int] = []

    def draw(self, generator: Generator) -> Batch:
        self.threads.append(threading.get_ident())
        return cast(Batch, int(generator.integers(self.rows)))


def taken(prefetch: BatchPrefetch, count: int) -> list[Any]:
    batches = []
    for _ in range(count):
        with prefetch.batch() as batch:
            batches.append(batch)
    return batches


def make(memory: Memory, *, ahead: bool) -> BatchPrefetch:
    return BatchPrefetch(draw=memory.draw, seed=3, ahead=ahead)


def test_batches_are_the_same_whether_drawn_ahead_or_not() -> None:
    assert taken(make(Memory(), ahead=True), 20) == taken(make(Memory(), ahead=False), 20)


def test_only_the_first_is_drawn_by_whoever_uses_them() -> None:
    memory = Memory()
    taken(make(memory, ahead=True), 5)
    assert memory.threads[0] == threading.get_ident()
    assert threading.get_ident() not in memory.threads[1:]
    assert len(memory.threads) == 6


@pytest.mark.parametrize("ahead", [False, True])
def test_a_checkpoint_goes_on_with_the_batch_that_was_drawn_and_not_used(ahead: bool) -> None:
    first = make(Memory(), ahead=ahead)
    taken(first, 7)
    state = first.state()
    other = make(Memory(), ahead=ahead)
    taken(other, 2)
    other.restore(state)
    assert taken(other, 5) == taken(first, 5)


def test_what_comes_in_between_is_drawn_one_update_later() -> None:
    memory = Memory()
    prefetch = make(memory, ahead=True)
    taken(prefetch, 1)
    memory.rows = 1
    assert taken(prefetch, 3)[1:] == [0, 0]


def test_the_memory_rests_when_an_update_failed() -> None:
    memory = Memory()
    prefetch = make(memory, ahead=True)
    with pytest.raises(ZeroDivisionError), prefetch.batch():
        raise ZeroDivisionError
    assert len(memory.threads) == 2
    np.testing.assert_array_equal(taken(prefetch, 3), taken(make(Memory(), ahead=False), 4)[1:])
