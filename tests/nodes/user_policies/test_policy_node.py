"""The real policy node between a stand-in environment and a stand-in learner, with real messages."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rclpy.context import Context
from rclpy.node import Node

from tests.support.learning_records import make_observation
from tests.support.policy_samples import CONFIG, SPEC, policy_payload, small_policy
from tests.support.spinning import Spinning
from tests.support.wait import wait_for
from tests.support.weights_samples import RUN
from user_core.errors import ConfigurationError
from user_core.ros import qos
from user_core.ros.conversions import from_message, to_message
from user_core.ros.spec_conversion import spec_to_message
from user_core.types import NO_PLAN, ActionChunk, Observation
from user_interfaces import msg
from user_policies.nodes.policy_node import PolicyNode
from user_policies.policies.registry import make_policy
from user_policies.weights.chunks import WeightsChunk, split
from user_policies.weights.payload import WeightsPayload, pack
from user_policies.weights.version import WeightsVersion

pytestmark = pytest.mark.ros


class Peers(Node):
    """Stands for the environments of some robots, and for the learner."""

    def __init__(self, *, context: Context, robots: tuple[str, ...] = ("arm_0",)) -> None:
        super().__init__("peers", context=context)
        self.actions: list[tuple[str, ActionChunk]] = []
        self._observations = {}
        self._specs = {}
        for robot in robots:
            prefix = f"/{robot}/environment"
            self._observations[robot] = self.create_publisher(msg.Observation, f"{prefix}/observation", qos.NEWEST)
            self._specs[robot] = self.create_publisher(msg.EnvironmentSpec, f"{prefix}/spec", qos.LATCHED)
            self.create_subscription(
                msg.ActionChunk, f"/{robot}/policy/action", lambda m, r=robot: self._receive(r, m), qos.NEWEST
            )
        self._status = self.create_publisher(msg.LearnerStatus, "/learner/status", qos.LATCHED)
        self._weights = self.create_publisher(msg.PolicyWeights, "/learner/weights", qos.weights_writer(100))

    def _receive(self, robot: str, message: Any) -> None:
        self.actions.append((robot, from_message(message, ActionChunk)))

    def promise(self, robot: str = "arm_0") -> None:
        self._specs[robot].publish(spec_to_message(SPEC, run=RUN, source="source", source_sequence=0))

    def name_run(self, run: str = RUN) -> None:
        self._status.publish(msg.LearnerStatus(run=run))

    def send_weights(self, payload: WeightsPayload) -> None:
        for chunk in split(payload, chunk_bytes=1000):
            self.send_chunk(chunk)

    def send_chunk(self, chunk: WeightsChunk) -> None:
        self._weights.publish(to_message(chunk, "user_interfaces/msg/PolicyWeights"))

    def observe(self, observation: Observation, robot: str = "arm_0") -> None:
        self._observations[robot].publish(to_message(observation, "user_interfaces/msg/Observation"))

    def ask(self, observation: Observation, robot: str = "arm_0") -> ActionChunk:
        """Publish an observation until it is answered, as an environment does."""
        before = len(self.actions)

        def answered() -> bool:
            self.observe(observation, robot)
            return any(self._fits(entry, robot, observation) for entry in self.actions[before:])

        wait_for(answered, 10.0)
        return next(entry[1] for entry in self.actions[before:] if self._fits(entry, robot, observation))

    @staticmethod
    def _fits(entry: tuple[str, ActionChunk], robot: str, observation: Observation) -> bool:
        return entry[0] == robot and (entry[1].episode, entry[1].first_step) == (observation.episode, observation.step)

    def ask_until(self, version: str) -> ActionChunk:
        """Begin episodes until one is served with `version`."""
        chunks: list[ActionChunk] = []

        def served() -> bool:
            chunks.append(self.ask(make_observation(SPEC, episode=f"{version} {len(chunks)}")))
            return chunks[-1].policy_version == version

        wait_for(served, 10.0)
        return chunks[-1]


def subscriptions_to_weights(node: Node) -> set[int]:
    """Identities of the node's present subscriptions to weights."""
    return {id(one) for one in node.subscriptions if one.topic_name == "/learner/weights"}


def policy_node(context: Context, folder: Path, *, robots: str = "[arm_0]", **more: object) -> PolicyNode:
    given = {
        "run_folder": folder,
        "robots": robots,
        "policy.name": "mlp",
        "policy.hidden_sizes": "[8]",
        "weights_stall_s": 0.5,
        **{name.replace("__", "."): value for name, value in more.items()},
    }
    arguments = [item for name, value in given.items() for item in ("-p", f"{name}:={value}")]
    return PolicyNode(context=context, cli_args=["--ros-args", *arguments])


def test_an_observation_is_answered_with_the_weights_that_were_sent(context: Context, tmp_path: Path) -> None:
    peers = Peers(context=context)
    with Spinning(policy_node(context, tmp_path), peers, context=context):
        peers.promise()
        peers.name_run()
        peers.send_weights(policy_payload(update=32))
        peers.ask_until("1.32")
        observation = dataclasses.replace(make_observation(SPEC, episode="other"), deterministic=True)
        chunk = peers.ask(observation)
    expected = small_policy(seed=1032).act([observation], deterministic=[True])[0]
    np.testing.assert_allclose(chunk.values, expected, atol=1e-6)
    assert 0 < chunk.inference_s < 1


def test_a_late_policy_gets_weights_spec_and_run_whatever_came_first(context: Context, tmp_path: Path) -> None:
    peers = Peers(context=context)
    peers.send_weights(policy_payload(update=32))
    peers.send_weights(policy_payload(update=64))
    peers.name_run()
    peers.promise()
    with Spinning(policy_node(context, tmp_path), peers, context=context):
        assert peers.ask_until("1.64").values.size


def test_a_restarted_policy_acts_with_what_it_saved_before_the_learner_is_heard(
    context: Context, tmp_path: Path
) -> None:
    (tmp_path / "run_uuid").write_text(RUN)
    peers = Peers(context=context)
    with Spinning(policy_node(context, tmp_path), peers, context=context):
        peers.promise()
        peers.send_weights(policy_payload(update=32))
        peers.ask_until("1.32")
    alone = Peers(context=context)
    with Spinning(policy_node(context, tmp_path), alone, context=context):
        alone.promise()
        assert alone.ask_until("1.32").values.size


def test_a_version_that_is_lacking_is_answered_with_a_reason(context: Context, tmp_path: Path) -> None:
    peers = Peers(context=context)
    with Spinning(policy_node(context, tmp_path), peers, context=context):
        peers.promise()
        peers.name_run()
        peers.send_weights(policy_payload(update=32))
        peers.ask_until("1.32")
        observation = dataclasses.replace(make_observation(SPEC, episode="pinned"), policy_version="1.9")
        chunk = peers.ask(observation)
    assert chunk.values.size == 0
    assert "1.9" in chunk.reason


def test_named_weights_are_served_after_newer_versions_came(context: Context, tmp_path: Path) -> None:
    peers = Peers(context=context)
    with Spinning(policy_node(context, tmp_path), peers, context=context):
        peers.promise()
        peers.name_run()
        peers.send_weights(policy_payload(update=0, name="imitation"))
        peers.send_weights(policy_payload(update=32))
        peers.ask_until("1.32")
        observation = dataclasses.replace(make_observation(SPEC, episode="pinned"), policy_version="imitation")
        assert peers.ask(observation).policy_version == "imitation"


def test_an_incomplete_version_makes_the_policy_subscribe_anew(context: Context, tmp_path: Path) -> None:
    peers = Peers(context=context)
    node = policy_node(context, tmp_path)
    chunks = list(split(policy_payload(update=32), chunk_bytes=1000))
    with Spinning(node, peers, context=context):
        peers.promise()
        peers.name_run()
        wait_for(lambda: subscriptions_to_weights(node), 10.0)
        before = subscriptions_to_weights(node)
        for chunk in chunks[:-1]:
            peers.send_chunk(chunk)
        wait_for(lambda: subscriptions_to_weights(node) != before, 10.0)
        peers.send_chunk(chunks[-1])
        assert peers.ask_until("1.32").values.size


def test_damaged_weights_are_not_used_and_the_next_version_is(context: Context, tmp_path: Path) -> None:
    peers = Peers(context=context)
    first, *others = split(policy_payload(update=32), chunk_bytes=1000)
    with Spinning(policy_node(context, tmp_path), peers, context=context):
        peers.promise()
        peers.name_run()
        for chunk in (dataclasses.replace(first, payload=first.payload[::-1].copy()), *others):
            peers.send_chunk(chunk)
        assert peers.ask(make_observation(SPEC, episode="before")).values.size == 0
        peers.send_weights(policy_payload(update=64))
        peers.ask_until("1.64")
    assert "1.32" not in {chunk.policy_version for _, chunk in peers.actions}


def test_weights_of_another_run_are_not_used(context: Context, tmp_path: Path) -> None:
    peers = Peers(context=context)
    with Spinning(policy_node(context, tmp_path), peers, context=context):
        peers.promise()
        peers.name_run()
        peers.send_weights(policy_payload(update=320, run="another"))
        peers.send_weights(policy_payload(update=32))
        assert peers.ask_until("1.32").values.size


def test_invalid_observations_are_dropped_and_valid_ones_still_answered(context: Context, tmp_path: Path) -> None:
    peers = Peers(context=context)
    with Spinning(policy_node(context, tmp_path), peers, context=context):
        peers.promise()
        peers.name_run()
        peers.send_weights(policy_payload(update=32))
        peers.ask_until("1.32")
        broken = make_observation(SPEC, episode="broken")
        peers.observe(dataclasses.replace(broken, state=np.full_like(broken.state, np.nan)))
        peers.ask(make_observation(SPEC, episode="valid"))
    assert "broken" not in {chunk.episode for _, chunk in peers.actions}


def test_several_robots_are_served_each_on_its_own_topic(context: Context, tmp_path: Path) -> None:
    robots = ("arm_0", "arm_1")
    peers = Peers(context=context, robots=robots)
    with Spinning(policy_node(context, tmp_path, robots="[arm_0, arm_1]"), peers, context=context):
        for robot in robots:
            peers.promise(robot)
        peers.name_run()
        peers.send_weights(policy_payload(update=32))
        peers.ask_until("1.32")
        for robot in robots:
            chunk = peers.ask(make_observation(SPEC, episode=f"of {robot}"), robot)
            assert chunk.policy_version == "1.32"


def test_a_slow_policy_computes_the_next_chunk_while_the_last_runs_out(context: Context, tmp_path: Path) -> None:
    """Ten ticks of 50 ms, an inference of 100 ms: what an arm at work would see of it."""
    peers = Peers(context=context)
    payload = pack(
        make_policy(spec=SPEC, config=dataclasses.replace(CONFIG, horizon=8), seed=0).weights(),
        run=RUN,
        version=WeightsVersion(incarnation=1, update=32),
        name="",
        policy="mlp",
        spec_digest=SPEC.digest,
    )
    node = policy_node(
        context,
        tmp_path,
        policy__horizon=8,
        policy__execute=6,
        policy__chunk_blending="ensembling",
        inference_delay_s=0.1,
    )
    with Spinning(node, peers, context=context):
        peers.promise()
        peers.name_run()
        peers.send_weights(payload)
        peers.ask_until("1.32")

        def observe(step: int, *, planned_steps: int = NO_PLAN, delay_steps: int = 0) -> None:
            made = make_observation(SPEC, episode="slow", step=step)
            peers.observe(dataclasses.replace(made, planned_steps=planned_steps, delay_steps=delay_steps))

        def answers() -> list[ActionChunk]:
            return [chunk for _, chunk in peers.actions if chunk.episode == "slow"]

        observe(0)
        wait_for(lambda: len(answers()) == 1, 10.0)
        observe(1, planned_steps=5, delay_steps=3)
        observe(2, planned_steps=4, delay_steps=3)
        observe(3, planned_steps=3, delay_steps=3)
        wait_for(lambda: len(answers()) == 2, 10.0)
        observe(4, planned_steps=2, delay_steps=3)  # made before the second chunk arrived
        observe(5, planned_steps=4, delay_steps=3)
        observe(6, planned_steps=3, delay_steps=3)
        wait_for(lambda: len(answers()) == 3, 10.0)
    first, second, third = answers()
    assert (first.first_step, second.first_step, third.first_step) == (0, 3, 6)
    assert (second.execute, len(second.values)) == (6, 8)
    assert second.inference_s >= 0.1
    np.testing.assert_array_equal(second.values[:3], first.values[3:6])


def test_a_policy_that_cannot_continue_chunks_refuses_to(context: Context, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="policy.execute"):
        policy_node(context, tmp_path, policy__horizon=4, policy__execute=5)


def test_a_run_folder_must_be_named(context: Context) -> None:
    with pytest.raises(ConfigurationError, match="run_folder"):
        PolicyNode(context=context)
