from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.learning_records import small_spec
from tests.support.policy_samples import CONFIG, SPEC, policy_payload, small_policy
from tests.support.weights_samples import RUN
from user_core.interfaces import Tensors
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.policies.mlp import MlpPolicy
from user_policies.serving.loader import LoadResult, MakePolicy, WeightsLoader
from user_policies.tensors import tensors_digest
from user_policies.weights.assembler import WeightsParcel
from user_policies.weights.chunks import split
from user_policies.weights.payload import WeightsPayload
from user_policies.weights.store import WeightsStore


class Running:
    """A loader at work, and its results one by one."""

    def __init__(self, folder: Path, make_policy: MakePolicy = small_policy) -> None:
        self._notices: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._results: list[LoadResult] = []
        self.loader = WeightsLoader(
            store=WeightsStore(folder=folder, keep_newest=2),
            make_policy=make_policy,
            policy_name="mlp",
            notify=lambda: self._notices.put(None),
        )
        self.loader.start()

    def result(self) -> LoadResult:
        self._notices.get(timeout=10.0)
        self._results += self.loader.take()
        return self._results.pop(0)

    def deliver(self, payload: WeightsPayload) -> None:
        self.loader.deliver(WeightsParcel(chunks=tuple(split(payload))))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    one = Running(tmp_path)
    yield one
    one.loader.stop()


def begin(running: Running) -> LoadResult:
    running.loader.begin(run=RUN, spec=SPEC)
    return running.result()


def test_weights_that_arrive_become_a_policy_that_holds_exactly_them(running: Running) -> None:
    begin(running)
    payload = policy_payload(update=32)
    running.deliver(payload)
    loaded = running.result().loaded
    assert loaded is not None
    assert loaded.identity.label == "1.32"
    assert tensors_digest(loaded.policy.weights()) == payload.header.tensors_digest


def test_weights_are_on_disk_before_they_are_handed_over(running: Running, tmp_path: Path) -> None:
    begin(running)
    running.deliver(policy_payload(update=32))
    assert running.result().loaded is not None
    store = WeightsStore(folder=tmp_path)
    store.open(RUN)
    assert store.find("1.32", spec_digest=SPEC.digest) is not None


def test_a_restart_begins_with_the_newest_weights_of_its_run(running: Running, tmp_path: Path) -> None:
    begin(running)
    for update in (32, 64):
        running.deliver(policy_payload(update=update))
        running.result()
    again = Running(tmp_path)
    loaded = begin(again).loaded
    again.loader.stop()
    assert loaded is not None
    assert loaded.identity.label == "1.64"


def test_a_restart_in_another_run_begins_with_nothing_and_says_what_it_leaves(running: Running, tmp_path: Path) -> None:
    begin(running)
    running.deliver(policy_payload(update=32))
    running.result()
    again = Running(tmp_path)
    again.loader.begin(run="another", spec=SPEC)
    result = again.result()
    again.loader.stop()
    assert result.loaded is None
    assert f"of run {RUN}" in result.reason


def test_a_head_that_is_not_loaded_is_found_by_digest(tmp_path: Path) -> None:
    class Forgetful(MlpPolicy):
        """Trap 5: one tensor of the weights is silently left as it was."""

        def load(self, weights: Tensors) -> None:
            before = self.weights()
            name = next(name for name in before if name.startswith("actor."))
            super().load({**weights, name: before[name]})

    running = Running(tmp_path, make_policy=lambda spec: Forgetful(spec=spec, config=CONFIG))
    begin(running)
    running.deliver(policy_payload(update=32))
    result = running.result()
    running.loader.stop()
    assert result.loaded is None
    assert "digests" in result.reason


def test_an_error_of_a_library_costs_one_version_and_not_the_next(tmp_path: Path) -> None:
    class Short(MlpPolicy):
        """The GPU has no memory left for the first version."""

        loads = 0

        def load(self, weights: Tensors) -> None:
            Short.loads += 1
            if Short.loads == 1:
                raise RuntimeError("CUDA error: out of memory")
            super().load(weights)

    running = Running(tmp_path, make_policy=lambda spec: Short(spec=spec, config=CONFIG))
    begin(running)
    running.deliver(policy_payload(update=32))
    assert running.result().reason == "RuntimeError: CUDA error: out of memory"
    running.deliver(policy_payload(update=64))
    loaded = running.result().loaded
    running.loader.stop()
    assert loaded is not None and loaded.identity.label == "1.64"


@pytest.mark.parametrize(
    "payload",
    [
        policy_payload(update=32, spec=small_spec(cameras=1)),
        policy_payload(update=32, policy="cnn"),
        policy_payload(update=32, run="another"),
    ],
    ids=["spec", "policy", "run"],
)
def test_weights_for_something_else_are_refused_in_one_sentence(running: Running, payload: WeightsPayload) -> None:
    begin(running)
    running.deliver(payload)
    result = running.result()
    assert result.loaded is None
    assert "give learner and policy the same" in result.reason


def test_named_weights_are_kept_and_built_only_when_asked_for(running: Running) -> None:
    begin(running)
    running.deliver(policy_payload(update=0, name="imitation"))
    assert running.result().loaded is None
    running.loader.request("imitation")
    loaded = running.result().loaded
    assert loaded is not None
    assert loaded.identity.label == "imitation"


def test_a_version_that_is_not_here_is_answered_with_a_reason(running: Running) -> None:
    begin(running)
    running.loader.request("1.4711")
    result = running.result()
    assert (result.asked, result.loaded) == ("1.4711", None)
    assert "1.4711" in result.reason


def test_an_unused_policy_is_filled_anew_instead_of_making_one(tmp_path: Path) -> None:
    made: list[ActorPolicy] = []

    def make(spec: object) -> ActorPolicy:
        made.append(small_policy())
        return made[-1]

    running = Running(tmp_path, make_policy=make)
    begin(running)
    running.deliver(policy_payload(update=32))
    first = running.result().loaded
    assert first is not None
    running.loader.recycle([first.policy], pinned={"1.32"})
    running.deliver(policy_payload(update=64))
    assert running.result().loaded is not None
    running.loader.stop()
    assert len(made) == 1


def test_damaged_weights_are_asked_for_again(running: Running) -> None:
    begin(running)
    chunks = list(split(policy_payload(update=32), chunk_bytes=1000))
    running.loader.deliver(WeightsParcel(chunks=(chunks[1], *chunks[1:])))
    result = running.result()
    assert result.damaged is not None
    assert result.damaged.label == "1.32"
