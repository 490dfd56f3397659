from __future__ import annotations

import math

import numpy as np
import pytest

from user_core.errors import WeightsError
from user_learner.broadcaster import Broadcaster
from user_policies.weights.payload import WeightsPayload

TENSORS = {"actor.weight": np.ones((2, 2), np.float32)}


class Bench:
    """A broadcaster, what it sent, and a clock that stands still."""

    def __init__(self, *, incarnation: int = 1) -> None:
        self.sent: list[WeightsPayload] = []
        self.now_s = 0.0
        self.broadcaster = Broadcaster(
            run="run",
            incarnation=incarnation,
            policy="mlp",
            spec_digest="digest",
            every_updates=32,
            send=self.sent.append,
            clock=lambda: self.now_s,
        )


def test_the_first_version_is_due_at_once_and_the_next_after_so_many_updates() -> None:
    bench = Bench()
    assert bench.broadcaster.due(updates=5)
    bench.broadcaster.send(TENSORS, updates=5)
    assert not bench.broadcaster.due(updates=36)
    assert bench.broadcaster.staleness(updates=36) == 31
    assert bench.broadcaster.due(updates=37)


def test_versions_carry_incarnation_and_update() -> None:
    bench = Bench(incarnation=3)
    bench.broadcaster.send(TENSORS, updates=64)
    assert bench.broadcaster.newest == "3.64"
    assert bench.sent[0].header.identity.label == "3.64"


def test_named_weights_do_not_count_as_the_newest() -> None:
    bench = Bench()
    bench.broadcaster.send(TENSORS, updates=0, name="imitation")
    assert bench.broadcaster.newest == ""
    assert bench.broadcaster.due(updates=0)


def test_publish_to_use_is_the_median_over_the_first_uses() -> None:
    bench = Bench()
    assert math.isnan(bench.broadcaster.publish_to_use_p50_ms)
    for updates, used_s in ((32, 0.1), (64, 0.3), (96, 0.2)):
        bench.now_s = 0.0
        bench.broadcaster.send(TENSORS, updates=updates)
        bench.now_s = used_s
        bench.broadcaster.used(f"1.{updates}")
        bench.now_s = 9.0
        bench.broadcaster.used(f"1.{updates}")
    assert bench.broadcaster.publish_to_use_p50_ms == pytest.approx(200.0)


def test_weights_that_are_not_finite_are_never_sent() -> None:
    bench = Bench()
    with pytest.raises(WeightsError):
        bench.broadcaster.send({"a": np.array([np.inf], np.float32)}, updates=32)
    assert bench.sent == []
    assert bench.broadcaster.newest == ""
