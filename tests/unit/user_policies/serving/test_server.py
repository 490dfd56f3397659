from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest

from tests.support.learning_records import make_observation, small_spec
from tests.support.policy_samples import CONFIG, SPEC, gaussian, small_policy
from user_core.errors import InvalidRecordError
from user_core.interfaces import Policy
from user_core.types import ActionChunk, ChunkPrefix, Observation, StateArray
from user_policies.policies.config import PolicyConfig
from user_policies.policies.registry import make_policy
from user_policies.serving.config import PolicyNodeConfig
from user_policies.serving.library import LoadedPolicy, VersionLibrary
from user_policies.serving.server import NO_WEIGHTS, PolicyServer
from user_policies.weights.version import WeightsIdentity, WeightsVersion


class Bench:
    """A server, its library, and what it asked for."""

    def __init__(
        self, *updates: int, robots: tuple[str, ...] = ("arm_0",), policy: PolicyConfig = CONFIG, delay_s: float = 0.0
    ) -> None:
        self.library = VersionLibrary()
        self.policy = policy
        self.requested: list[str] = []
        config = PolicyNodeConfig(run_folder="unused", policy=policy, inference_delay_s=delay_s)
        self.server = PolicyServer(library=self.library, request=self.requested.append, config=config)
        for robot in robots:
            self.server.set_spec(robot, SPEC)
        for update in updates:
            self.install(update)

    def install(self, update: int, name: str = "") -> Policy:
        policy = make_policy(spec=SPEC, config=self.policy, seed=update)
        version = WeightsVersion(incarnation=1, update=update)
        self.library.install(LoadedPolicy(identity=WeightsIdentity(version=version, name=name), policy=policy))
        return policy

    def ask(self, observation: Observation, robot: str = "arm_0") -> ActionChunk | None:
        self.server.submit(robot, observation)
        answers = {answer.robot: answer.chunk for answer in self.server.answer()}
        return answers.get(robot)


class CountingBatches:
    """A policy that notes how many observations come at once."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.spec = policy.spec
        self.state_groups = policy.state_groups
        self.load = policy.load
        self.weights = policy.weights
        self.warm_up = policy.warm_up
        self.sizes: list[int] = []

    def act(
        self,
        observations: Sequence[Observation],
        *,
        deterministic: Sequence[bool],
        prefixes: Sequence[ChunkPrefix | None] | None = None,
    ) -> list[StateArray]:
        self.sizes.append(len(observations))
        return self._policy.act(observations, deterministic=deterministic, prefixes=prefixes)


def observation(
    step: int = 0, *, episode: str = "e", version: str = "", deterministic: bool = True, **fields: int
) -> Observation:
    made = make_observation(SPEC, episode=episode, step=step)
    return dataclasses.replace(made, policy_version=version, deterministic=deterministic, **fields)  # type: ignore[arg-type]


def answered(chunk: ActionChunk | None) -> ActionChunk:
    assert chunk is not None
    return chunk


def test_an_answer_names_what_it_answers_and_with_which_weights() -> None:
    chunk = answered(Bench(32).ask(observation(3)))
    assert (chunk.source, chunk.episode, chunk.first_step, chunk.policy_version) == ("source", "e", 3, "1.32")
    assert chunk.values.shape == (1, SPEC.action_dim)
    assert chunk.spec_digest == SPEC.digest


def test_an_episode_keeps_the_version_it_began_with_and_the_next_takes_the_newest() -> None:
    bench = Bench(32)
    assert answered(bench.ask(observation(0))).policy_version == "1.32"
    bench.install(64)
    assert answered(bench.ask(observation(1))).policy_version == "1.32"
    assert answered(bench.ask(observation(0, episode="next"))).policy_version == "1.64"


def test_exactly_the_version_asked_for_answers() -> None:
    bench = Bench(32, 64)
    assert answered(bench.ask(observation(version="1.32"))).policy_version == "1.32"


def test_a_name_is_served_when_asked_for_and_never_as_the_newest() -> None:
    bench = Bench(32)
    bench.install(99, name="imitation")
    assert answered(bench.ask(observation())).policy_version == "1.32"
    assert answered(bench.ask(observation(episode="next", version="imitation"))).policy_version == "imitation"


def test_a_version_on_disk_is_requested_once_and_answered_when_it_is_loaded() -> None:
    bench = Bench(64)
    assert bench.ask(observation(version="1.32")) is None
    assert bench.ask(observation(version="1.32")) is None
    assert bench.requested == ["1.32"]
    bench.install(32)
    (answer,) = bench.server.answer()
    assert answer.chunk.policy_version == "1.32"


def test_a_version_that_cannot_be_had_is_an_empty_chunk_with_the_reason() -> None:
    bench = Bench(64)
    assert bench.ask(observation(version="1.32")) is None
    bench.server.lacks("1.32", "weights 1.32 are not here")
    (answer,) = bench.server.answer()
    assert answer.chunk.values.size == 0
    assert answer.chunk.reason == "weights 1.32 are not here"
    assert answered(bench.ask(observation(episode="next"))).policy_version == "1.64"


def test_without_weights_the_answer_is_empty_and_says_why() -> None:
    bench = Bench()
    chunk = answered(bench.ask(observation()))
    assert (chunk.values.size, chunk.reason) == (0, NO_WEIGHTS)
    bench.install(32)
    assert answered(bench.ask(observation())).policy_version == "1.32"


def test_a_repeated_observation_gets_the_same_sample() -> None:
    bench = Bench(32)
    first = answered(bench.ask(observation(deterministic=False)))
    again = answered(bench.ask(observation(deterministic=False)))
    np.testing.assert_array_equal(first.values, again.values)
    other = answered(bench.ask(observation(1, deterministic=False)))
    assert not np.array_equal(first.values, other.values)


def test_deterministic_observations_get_the_mode() -> None:
    bench = Bench(32)
    one = observation(5)
    expected = small_policy(seed=32).act([one], deterministic=[True])[0]
    np.testing.assert_allclose(answered(bench.ask(one)).values, expected, atol=1e-6)


def test_robots_that_wait_together_are_answered_in_one_batch_each_with_its_own_version() -> None:
    robots = ("arm_0", "arm_1", "arm_2")
    bench = Bench(32, robots=robots)
    policy = bench.library.get("1.32")
    assert policy is not None
    counted = CountingBatches(policy.policy)
    bench.library.clear()
    bench.library.install(dataclasses.replace(policy, policy=counted))
    for index, robot in enumerate(robots):
        bench.server.submit(robot, observation(episode=f"e{index}"))
    answers = bench.server.answer()
    assert counted.sizes == [3]
    assert {answer.robot: answer.chunk.episode for answer in answers} == {"arm_0": "e0", "arm_1": "e1", "arm_2": "e2"}


def test_a_robot_whose_version_is_missing_does_not_hold_up_another() -> None:
    bench = Bench(32, robots=("arm_0", "arm_1"))
    bench.server.submit("arm_0", observation(version="1.7"))
    chunk = answered(bench.ask(observation(), robot="arm_1"))
    assert chunk.policy_version == "1.32"


def test_versions_in_use_are_those_of_running_episodes_and_requests() -> None:
    bench = Bench(32, robots=("arm_0", "arm_1"))
    bench.ask(observation())
    bench.ask(observation(version="1.7"), robot="arm_1")
    assert bench.server.versions_in_use == {"1.32", "1.7"}


@pytest.mark.parametrize(
    "changed",
    [
        {"state": np.full(SPEC.state_dim, np.nan, np.float32)},
        {"state": np.zeros(3, np.float32)},
        {"spec_digest": "other"},
        {"images": (np.zeros((4, 4, 3), np.uint8),)},
    ],
    ids=["nan", "size", "digest", "images"],
)
def test_an_observation_that_breaks_the_spec_is_refused(changed: dict[str, object]) -> None:
    bench = Bench(32)
    with pytest.raises(InvalidRecordError):
        bench.server.submit("arm_0", dataclasses.replace(observation(), **changed))  # type: ignore[arg-type]
    assert bench.server.answer() == []


def test_an_action_that_is_not_finite_is_an_empty_chunk_that_names_the_weights() -> None:
    bench = Bench()
    policy = small_policy(seed=32)
    gaussian(policy).mean.bias.data[0] = np.nan  # loading such weights is refused: these went wrong in here
    identity = WeightsIdentity(version=WeightsVersion(incarnation=1, update=32), name="")
    bench.library.install(LoadedPolicy(identity=identity, policy=policy))
    chunk = answered(bench.ask(observation(deterministic=False)))
    assert chunk.values.size == 0
    assert chunk.reason == "weights 1.32 computed an action that is not finite"


def test_an_observation_before_the_spec_is_left_and_answered_when_it_comes_again() -> None:
    server = Bench(32).server
    server.submit("arm_9", observation())
    assert server.answer() == []
    server.set_spec("arm_9", SPEC)
    server.submit("arm_9", observation())
    assert len(server.answer()) == 1


def test_a_robot_of_another_spec_is_told_so() -> None:
    bench = Bench(32)
    other = small_spec(cameras=0, target=False)
    bench.server.set_spec("arm_1", other)
    chunk = answered(bench.ask(make_observation(other), robot="arm_1"))
    assert chunk.values.size == 0
    assert "serves spec" in chunk.reason


CHUNKS = dataclasses.replace(CONFIG, horizon=8, execute=4)


def test_a_chunk_says_how_much_of_it_is_to_be_executed() -> None:
    chunk = answered(Bench(32, policy=CHUNKS).ask(observation()))
    assert (chunk.values.shape, chunk.execute, chunk.executed_steps) == ((8, SPEC.action_dim), 4, 4)


def test_nothing_is_computed_while_enough_is_planned() -> None:
    bench = Bench(32, policy=CHUNKS)
    assert bench.ask(observation()) is not None
    assert bench.ask(observation(1, planned_steps=3, delay_steps=2)) is None
    assert answered(bench.ask(observation(2, planned_steps=2, delay_steps=2))).first_step == 2


def test_an_observation_that_wants_no_answer_does_not_take_the_place_of_one_that_does() -> None:
    bench = Bench(policy=CHUNKS)
    bench.install(32)
    bench.ask(observation())
    bench.server.submit("arm_0", observation(2, planned_steps=2, delay_steps=2))
    bench.server.submit("arm_0", observation(3, planned_steps=3, delay_steps=2))
    assert [answer.chunk.first_step for answer in bench.server.answer()] == [2]


def test_chunks_are_blended_as_the_configuration_names() -> None:
    bench = Bench(32, policy=dataclasses.replace(CHUNKS, chunk_blending="ensembling"))
    first = answered(bench.ask(observation(deterministic=False)))
    second = answered(bench.ask(observation(2, planned_steps=2, delay_steps=2, deterministic=False)))
    np.testing.assert_array_equal(second.values[:2], first.values[2:4])
    third = answered(bench.ask(observation(4, deterministic=False)))  # a person controls: nothing is continued
    assert not np.any(np.all(third.values[:2] == second.values[2:4], axis=-1))


def test_arms_in_one_batch_each_continue_their_own_chunk() -> None:
    robots = ("arm_0", "arm_1", "arm_2")
    bench = Bench(32, robots=robots, policy=dataclasses.replace(CHUNKS, chunk_blending="ensembling"))
    before = {}
    for index, robot in enumerate(robots[:2]):
        before[robot] = answered(bench.ask(observation(episode=f"e{index}", deterministic=False), robot))
    for index, robot in enumerate(robots):
        asked = observation(2, episode=f"e{index}", deterministic=False)
        if robot in before:
            asked = dataclasses.replace(asked, planned_steps=2, delay_steps=2)
        bench.server.submit(robot, asked)
    after = {answer.robot: answer.chunk for answer in bench.server.answer()}
    assert set(after) == set(robots)
    for robot, chunk in before.items():
        np.testing.assert_array_equal(after[robot].values[:2], chunk.values[2:4])


def test_an_injected_delay_is_spent_where_inference_happens() -> None:
    bench = Bench(32, delay_s=0.05)
    assert answered(bench.ask(observation())).inference_s >= 0.05
    assert answered(bench.ask(observation())).inference_s < 0.05  # a repetition is not computed


def test_a_policy_too_slow_for_its_chunks_says_so() -> None:
    bench = Bench(32, policy=CHUNKS)
    bench.ask(observation(3, planned_steps=0, delay_steps=5))
    assert "an answer takes 5 steps and 4 of a chunk" in bench.server.complaint
    bench.ask(observation(4, planned_steps=0, delay_steps=4))
    assert bench.server.complaint == ""


def test_an_arm_in_time_does_not_hide_that_another_waits() -> None:
    bench = Bench(32, policy=CHUNKS, robots=("arm_0", "arm_1"))
    bench.server.submit("arm_0", observation(3, planned_steps=0, delay_steps=5))
    bench.server.submit("arm_1", observation(3, planned_steps=0, delay_steps=1))
    assert "arm_0 waits" in bench.server.complaint


def test_one_policy_serves_arms_at_different_tasks_each_on_its_own_axes() -> None:
    peg = small_spec(cameras=1)
    duck = dataclasses.replace(
        peg, task="duck", action_names=("x", "y", "gripper"), action_scale=(0.03, 0.03, 1.0), gripper_mode="binary"
    )
    policy = PolicyConfig(name="cnn", embodiment="common", hidden_sizes=(8,), encoder_outputs=4, horizon=3)
    server = PolicyServer(
        library=(library := VersionLibrary()),
        request=lambda version: None,
        config=PolicyNodeConfig(run_folder="unused", policy=policy),
    )
    for robot, spec in (("arm_0", peg), ("arm_1", duck)):
        server.set_spec(robot, spec)
    assert server.spec is not None
    counting = CountingBatches(make_policy(spec=server.spec, config=policy))
    version = WeightsVersion(incarnation=1, update=1)
    library.install(LoadedPolicy(identity=WeightsIdentity(version=version, name=""), policy=counting))
    for robot, spec in (("arm_0", peg), ("arm_1", duck)):
        server.submit(robot, make_observation(spec))
    chunks = {answer.robot: answer.chunk for answer in server.answer()}
    assert counting.sizes == [2]
    assert chunks["arm_0"].values.shape == (3, 2)
    assert chunks["arm_1"].values.shape == (3, 3)
    peg.check_action(chunks["arm_0"])
    duck.check_action(chunks["arm_1"])
