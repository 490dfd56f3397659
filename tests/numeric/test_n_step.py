"""n-step returns against a table worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from user_learner.replay.n_step import n_step_returns

# Episode A: rows 0 1 2 3(T), terminated. Episode B: rows 4 5 6(T), truncated. Row 7: its successor is lost.
SUCCESSOR = np.array([1, 2, 3, -1, 5, 6, -1, -1])
REWARD = np.array([1, 2, 4, 999, 8, 16, 999, 999], np.float32)
DISCOUNT = np.array([1, 1, 0, 999, 1, 1, 999, 999], np.float32)


@pytest.mark.parametrize(
    ("name", "row", "n", "reward", "bootstrap", "next_row"),
    [
        ("one step", 0, 1, 1.0, 0.5, 1),
        ("two steps", 0, 2, 1 + 0.5 * 2, 0.25, 2),
        ("up to the termination", 0, 3, 1 + 0.5 * 2 + 0.25 * 4, 0.0, 3),
        ("beyond the termination nothing is added", 1, 5, 2 + 0.5 * 4, 0.0, 3),
        ("terminated step", 2, 1, 4.0, 0.0, 3),
        ("truncated step still bootstraps", 5, 1, 16.0, 0.5, 6),
        ("sum ends at the last record, whose reward is never read", 4, 9, 8 + 0.5 * 16, 0.25, 6),
    ],
)
def test_n_step_return(name: str, row: int, n: int, reward: float, bootstrap: float, next_row: int) -> None:
    returns = n_step_returns(np.array([row]), n=n, gamma=0.5, successor=SUCCESSOR, reward=REWARD, discount=DISCOUNT)
    found = (float(returns.reward[0]), float(returns.bootstrap[0]), int(returns.next_row[0]))
    assert found == (reward, bootstrap, next_row), name


def test_rows_of_a_batch_do_not_mix() -> None:
    rows = np.array([0, 5, 2, 4])
    together = n_step_returns(rows, n=2, gamma=0.5, successor=SUCCESSOR, reward=REWARD, discount=DISCOUNT)
    for index, row in enumerate(rows):
        alone = n_step_returns(np.array([row]), n=2, gamma=0.5, successor=SUCCESSOR, reward=REWARD, discount=DISCOUNT)
        assert together.reward[index] == alone.reward[0]
        assert together.bootstrap[index] == alone.bootstrap[0]
        assert together.next_row[index] == alone.next_row[0]
    assert rows.tolist() == [0, 5, 2, 4]
