"""What every registered policy promises."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.installed_policies import policy_parameters
from tests.support.learning_records import make_observation, small_spec
from user_core.errors import ConfigurationError, WeightsError
from user_core.interfaces import Policy
from user_core.types import ActionChunk, ChunkPrefix
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.policies.config import PolicyConfig
from user_policies.policies.registry import FLOWS, make_policy
from user_policies.tensors import tensors_digest

SPEC = small_spec(cameras=2)


def make(name: str, *, seed: int = 0) -> ActorPolicy:
    return make_policy(spec=SPEC, config=PolicyConfig(name=name, hidden_sizes=(16,)), seed=seed)


@pytest.mark.parametrize("name", policy_parameters())
class TestPolicy:
    def test_satisfies_the_protocol(self, name: str) -> None:
        policy: Policy = make(name)
        assert policy.spec is SPEC
        assert set(policy.state_groups) <= {group.name for group in SPEC.state_groups}

    @pytest.mark.parametrize("robots", [1, 3])
    def test_answers_every_robot_with_actions_that_the_spec_accepts(self, name: str, robots: int) -> None:
        observations = [make_observation(SPEC, step=step) for step in range(robots)]
        chunks = make(name).act(observations, deterministic=[step % 2 == 0 for step in range(robots)])
        assert len(chunks) == robots
        for observation, values in zip(observations, chunks, strict=True):
            assert values.dtype == np.float32
            SPEC.check_action(
                ActionChunk(
                    source="s",
                    spec_digest=SPEC.digest,
                    episode=observation.episode,
                    first_step=observation.step,
                    values=values,
                )
            )

    def test_same_seed_acts_the_same(self, name: str) -> None:
        observation = make_observation(SPEC)
        first, second = (make(name, seed=3).act([observation], deterministic=[False])[0] for _ in range(2))
        np.testing.assert_array_equal(first, second)

    def test_warming_up_changes_nothing(self, name: str) -> None:
        observation = make_observation(SPEC)
        cold, warm = make(name, seed=3), make(name, seed=3)
        warm.warm_up()
        first, second = (one.act([observation], deterministic=[False])[0] for one in (cold, warm))
        np.testing.assert_array_equal(first, second)

    def test_weights_go_from_one_to_another_without_loss(self, name: str) -> None:
        sender, receiver = make(name, seed=1), make(name, seed=2)
        receiver.load(sender.weights())
        assert tensors_digest(receiver.weights()) == tensors_digest(sender.weights())

    def test_refuses_weights_with_a_tensor_missing(self, name: str) -> None:
        policy = make(name)
        weights = policy.weights()
        lost = sorted(weights)[0]
        del weights[lost]
        with pytest.raises(WeightsError, match=f"{lost} is missing"):
            policy.load(weights)

    def test_continues_chunks_or_refuses_to(self, name: str) -> None:
        config = PolicyConfig(name=name, hidden_sizes=(16,), horizon=6, execute=4, chunk_blending="real_time")
        if make(name).network.actor.kind not in FLOWS:
            refusal = f"chunk_blending.*only the flow policies.*{name} is none of them"
            with pytest.raises(ConfigurationError, match=refusal):
                make_policy(spec=SPEC, config=config)
            return
        policy = make_policy(spec=SPEC, config=config)
        observations = [make_observation(SPEC, step=step) for step in range(3)]
        free = policy.act(observations, deterministic=[True] * 3)
        before = np.clip(free[1] + 0.2, -1, 1)
        prefixes = [None, ChunkPrefix(values=before[:4], frozen=2), None]
        guided = policy.act(observations, deterministic=[True] * 3, prefixes=prefixes)
        np.testing.assert_allclose(guided[0], free[0], atol=1e-5)
        assert np.abs(guided[1] - free[1]).max() > 1e-3
        sampled = policy.act(observations, deterministic=[True, False, False], prefixes=prefixes)
        np.testing.assert_allclose(sampled[0], free[0], atol=1e-5)
        assert all(np.all(np.abs(chunk) <= 1) for chunk in sampled)

    def test_does_not_read_groups_that_it_does_not_declare(self, name: str) -> None:
        policy = make(name)
        observation = make_observation(SPEC)
        before = policy.act([observation], deterministic=[True])[0]
        for group, columns in SPEC.group_slices().items():
            if group not in policy.state_groups:
                observation.state[columns] += 1.0
        np.testing.assert_array_equal(policy.act([observation], deterministic=[True])[0], before)
