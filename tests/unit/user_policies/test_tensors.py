from __future__ import annotations

import numpy as np
import pytest

from user_policies.tensors import tensors_digest

TENSORS = {"a": np.array([1.0, 2.0], np.float32), "b": np.zeros((2, 2), np.float32)}


def test_digest_does_not_depend_on_the_order() -> None:
    assert tensors_digest(TENSORS) == tensors_digest(dict(reversed(TENSORS.items())))


@pytest.mark.parametrize(
    "changed",
    [
        {"a": TENSORS["a"]},
        {"a": TENSORS["a"], "c": TENSORS["b"]},
        {"a": np.array([1.0, 2.0001], np.float32), "b": TENSORS["b"]},
        {"a": TENSORS["a"].astype(np.float64), "b": TENSORS["b"]},
        {"a": TENSORS["a"], "b": np.zeros((4, 1), np.float32)},
    ],
    ids=["one missing", "one renamed", "one value", "one type", "one shape"],
)
def test_digest_changes_with_whatever_was_lost_on_the_way(changed: dict[str, np.ndarray]) -> None:
    assert tensors_digest(changed) != tensors_digest(TENSORS)
