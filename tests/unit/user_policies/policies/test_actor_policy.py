from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from tests.support.acting_features import acting_features
from tests.support.learning_records import make_observation, small_spec
from tests.support.policy_samples import gaussian
from user_core.errors import ConfigurationError, WeightsError
from user_core.interfaces import Tensors
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.policies.config import PolicyConfig
from user_policies.policies.registry import make_policy
from user_policies.tensors import tensors_digest


def make(name: str, *, seed: int = 0, cameras: int = 1, target: bool = True, **settings: Any) -> ActorPolicy:
    spec = small_spec(cameras=cameras, target=target)
    return make_policy(spec=spec, config=PolicyConfig(name=name, hidden_sizes=(16,), **settings), seed=seed)


def moved_target(policy: ActorPolicy) -> tuple[np.ndarray, np.ndarray]:
    observation = make_observation(policy.spec)
    elsewhere = observation.state.copy()
    elsewhere[policy.spec.group_slices()["target"]] += 0.02
    moved = dataclasses.replace(observation, state=elsewhere)
    first, second = policy.act([observation, moved], deterministic=[True, True])
    return first, second


def test_image_policy_does_not_notice_that_the_target_moved() -> None:
    first, second = moved_target(make("cnn"))
    np.testing.assert_array_equal(first, second)


def test_features_of_an_image_policy_do_not_change_when_the_target_moves() -> None:
    policy = make("cnn")
    observation = make_observation(policy.spec)
    state = observation.state.copy()
    state[policy.spec.group_slices()["target"]] += 0.02
    features = acting_features(policy, [observation, dataclasses.replace(observation, state=state)])
    np.testing.assert_array_equal(features[0], features[1])
    assert "target" not in policy.state_groups


def test_state_policy_reads_the_target_and_declares_it() -> None:
    policy = make("mlp")
    first, second = moved_target(policy)
    assert not np.allclose(first, second)
    assert "target" in policy.state_groups


def test_state_policy_sees_a_millimetre_on_its_fine_scale() -> None:
    policy = make("mlp")
    observation = make_observation(policy.spec)
    state = observation.state.copy()
    state[policy.spec.group_slices()["target"]] = 0.0
    nearby = state.copy()
    nearby[policy.spec.group_slices()["target"].start] = 0.001
    features = acting_features(policy, [dataclasses.replace(observation, state=s) for s in (state, nearby)])
    assert float((features[1] - features[0]).abs().max()) == pytest.approx(0.2, rel=1e-3)


def test_state_policy_without_a_target_in_the_state_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="target"):
        make("mlp", target=False)


def test_image_policy_without_cameras_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="camera"):
        make("cnn", cameras=0)


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_all_tensors_arrive_where_they_are_loaded(name: str) -> None:
    sender, receiver = make(name, seed=1), make(name, seed=2)
    assert tensors_digest(sender.weights()) != tensors_digest(receiver.weights())
    receiver.load(sender.weights())
    assert tensors_digest(receiver.weights()) == tensors_digest(sender.weights())
    observation = make_observation(sender.spec)
    np.testing.assert_array_equal(
        sender.act([observation], deterministic=[True])[0], receiver.act([observation], deterministic=[True])[0]
    )


WITHOUT_EFFECT = {
    "ema.actor.log_std.weight",  # the average acts by its mode
    "ema.actor.log_std.bias",
    "features.encoders.0.convolutions.4.bias",  # a softmax over positions does not see it
}


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_every_tensor_that_is_sent_changes_what_is_done(name: str) -> None:
    def act(weights: Tensors) -> np.ndarray:
        policy = make(name)  # anew, so that the noise of the sample is the same
        policy.load(weights)
        observation = make_observation(policy.spec)
        return np.concatenate(policy.act([observation, observation], deterministic=[True, False]))

    weights = make(name).weights()
    noise = np.random.default_rng(0)
    without_effect = set()
    for tensor, value in weights.items():
        moved = value + noise.normal(size=value.shape).astype(value.dtype)
        if np.allclose(act({**weights, tensor: moved}), act(weights), atol=1e-6):
            without_effect.add(tensor)
    assert without_effect == WITHOUT_EFFECT & weights.keys()


def test_missing_unknown_and_misshapen_tensors_are_named_and_nothing_is_loaded() -> None:
    policy = make("mlp")
    before = tensors_digest(policy.weights())
    weights = policy.weights()
    weights["actor.surprise"] = weights.pop("actor.mean.bias")
    weights["actor.mean.weight"] = weights["actor.mean.weight"][:1]
    with pytest.raises(WeightsError) as error:
        policy.load(weights)
    for expected in ("actor.mean.bias is missing", "actor.surprise is unknown", "actor.mean.weight has shape"):
        assert expected in str(error.value)
    assert tensors_digest(policy.weights()) == before


def test_weights_that_are_not_finite_are_refused() -> None:
    policy = make("mlp")
    weights = policy.weights()
    weights["actor.mean.bias"][0] = np.nan
    with pytest.raises(WeightsError, match=r"actor\.mean\.bias is not finite"):
        policy.load(weights)


def test_weights_taken_before_training_goes_on_do_not_change_with_it() -> None:
    policy = make("mlp")
    weights = policy.weights()
    digest = tensors_digest(weights)
    policy.network.actor.explore_with(-3.0)
    assert tensors_digest(weights) == digest


def test_robots_in_one_batch_get_what_each_would_get_alone() -> None:
    policy = make("cnn")
    observations = [make_observation(policy.spec, step=step) for step in range(3)]
    together = policy.act(observations, deterministic=[True] * 3)
    for observation, action in zip(observations, together, strict=True):
        alone = policy.act([observation], deterministic=[True])[0]
        np.testing.assert_allclose(action, alone, atol=1e-5)


def test_sampled_actions_vary_and_the_mode_does_not() -> None:
    policy = make("mlp")
    observation = make_observation(policy.spec)
    chunks = [policy.act([observation, observation], deterministic=[True, False]) for _ in range(2)]
    np.testing.assert_array_equal(chunks[0][0], chunks[1][0])
    assert not np.allclose(chunks[0][1], chunks[1][1])


def test_deterministic_actions_come_from_the_average_only_when_asked() -> None:
    for asked in (True, False):
        policy = make("mlp", act_with_average=asked)
        observation = make_observation(policy.spec)
        before = policy.act([observation], deterministic=[True])[0]
        gaussian(policy).mean.bias.data += 1.0
        after = policy.act([observation], deterministic=[True])[0]
        assert np.allclose(before, after) == asked


@pytest.mark.parametrize(("encoder", "encoders"), [("small", 1), ("small_trained", 2)])
def test_an_answer_runs_each_encoder_that_it_needs_once(encoder: str, encoders: int) -> None:
    policy = make("cnn", encoder=encoder)
    encoded: list[None] = []
    for features in {policy.network.features, policy.average.features}:
        features.register_forward_hook(lambda *_: encoded.append(None))
    for deterministic, runs in (([True, True], 1), ([False, False], 1), ([True, False], encoders)):
        encoded.clear()
        policy.act([make_observation(policy.spec)] * 2, deterministic=deterministic)
        assert len(encoded) == runs


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_what_scales_the_features_comes_with_the_weights(name: str) -> None:
    trained = make(name, fine_feature_m=1.0, goal_fine_gain=30.0)
    loaded = make(name)
    loaded.load(trained.weights())
    observation = make_observation(trained.spec)
    one, other = (policy.act([observation], deterministic=[True])[0] for policy in (trained, loaded))
    np.testing.assert_array_equal(one, other)


def test_average_moves_by_its_rate() -> None:
    policy = make("mlp")
    before = policy.weights()["ema.actor.mean.bias"]
    gaussian(policy).mean.bias.data += 1.0
    policy.update_average(0.25)
    np.testing.assert_allclose(policy.weights()["ema.actor.mean.bias"], before + 0.25, rtol=1e-6)


def test_no_observation_gives_no_action() -> None:
    assert make("mlp").act([], deterministic=[]) == []
