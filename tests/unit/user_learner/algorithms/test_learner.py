from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from tests.support.learning_records import small_spec
from user_core.errors import ConfigurationError, WeightsError
from user_learner.algorithms.rlpd.config import RlpdConfig
from user_learner.algorithms.rlpd.learner import RlpdLearner
from user_learner.algorithms.sac.config import SacConfig
from user_learner.algorithms.sac.learner import SacLearner
from user_learner.replay.batch import Batch, Observations
from user_learner.replay.sampling import OnlineSampling, SymmetricSampling
from user_policies.modules import module_tensors
from user_policies.networks.shared_dropout import SharedDropout
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.policies.config import PolicyConfig
from user_policies.policies.observation_batch import ObservationBatch
from user_policies.policies.registry import make_policy
from user_policies.tensors import tensors_digest

BATCH = 6
SMALL: dict[str, Any] = {"critics": 2, "critic_hidden_sizes": (16,), "batch_size": BATCH}


def make(seed: int = 0, *, encoder: str = "small", name: str = "mlp", **settings: Any) -> SacLearner:
    spec = small_spec(image_size=32)
    config = PolicyConfig(name=name, hidden_sizes=(16,), encoder=encoder, encoder_outputs=4)
    policy = make_policy(spec=spec, config=config, seed=seed)
    return SacLearner(config=SacConfig(**{**SMALL, **settings}), policy=policy, seed=seed)


def make_batch(learner: SacLearner, *, seed: int = 0, raw: bool = False) -> Batch:
    generator = torch.Generator().manual_seed(seed)
    policy: ActorPolicy = learner._policy

    def observations() -> Observations:
        if raw:
            return ObservationBatch(
                states=torch.rand(BATCH, policy.spec.state_dim, generator=generator),
                images=(torch.randint(0, 256, (BATCH, 32, 32, 3), generator=generator, dtype=torch.uint8),),
            )
        return torch.randn(BATCH, policy.network.features.outputs, generator=generator)

    return Batch(
        observation=observations(),
        action=torch.rand(BATCH, 1, 2, generator=generator) * 2 - 1,
        within=torch.ones(BATCH, 1, dtype=torch.bool),
        by_person=torch.zeros(BATCH, 1, dtype=torch.bool),
        reward=torch.rand(BATCH, generator=generator),
        bootstrap=torch.full((BATCH,), 0.9),
        next_observation=observations(),
        is_demonstration=torch.zeros(BATCH, dtype=torch.bool),
    )


def gradient_of(parameter: torch.nn.Parameter) -> torch.Tensor:
    assert parameter.grad is not None
    return parameter.grad


def digest_of(learner: SacLearner, prefix: str) -> str:
    return tensors_digest({name: value for name, value in learner.state().items() if name.startswith(prefix)})


def test_only_the_optimisers_of_the_phase_are_stepped() -> None:
    learner = make(actor_every=3)
    batch = make_batch(learner)
    for _ in range(3):  # all optimisers have momentum now
        learner.update(batch)
    actor_parts = ("policy.actor", "optimiser.actor", "temperature", "optimiser.temperature", "policy.ema")
    before = {part: digest_of(learner, part) for part in (*actor_parts, "critic", "optimiser.critic")}
    metrics = learner.update(batch)
    assert "actor_loss" not in metrics
    assert all(digest_of(learner, part) == before[part] for part in actor_parts)
    assert all(digest_of(learner, part) != before[part] for part in ("critic", "optimiser.critic"))
    learner.update(batch)
    metrics = learner.update(batch)
    assert "actor_loss" in metrics
    assert all(digest_of(learner, part) != before[part] for part in actor_parts)


@pytest.mark.parametrize(
    ("utd_ratio", "asked", "period"), [(0.5, 0, 1), (1.0, 0, 1), (4.0, 0, 4), (4.0, 2, 2), (0.5, 3, 3)]
)
def test_actor_learns_once_in_each_training_step_unless_told_otherwise(
    utd_ratio: float, asked: int, period: int
) -> None:
    learner = make(utd_ratio=utd_ratio, actor_every=asked)
    phases = ["actor_loss" in learner.update(make_batch(learner)) for _ in range(2 * period)]
    assert phases == 2 * ([False] * (period - 1) + [True])


def test_actor_waits_until_the_critics_have_learned() -> None:
    learner = make(actor_every=2, actor_start_updates=4)
    phases = ["actor_loss" in learner.update(make_batch(learner)) for _ in range(8)]
    assert phases == [False, False, False, False, False, True, False, True]


def test_actor_update_leaves_no_gradient_in_the_critics() -> None:
    learner = make(actor_every=1)
    learner.update(make_batch(learner))
    critic_gradients = [gradient_of(parameter).clone() for parameter in learner._critic.parameters()]
    learner._update_actor(make_batch(learner), torch.randn(BATCH, learner._policy.network.features.outputs))
    for before, parameter in zip(critic_gradients, learner._critic.parameters(), strict=True):
        assert torch.equal(before, gradient_of(parameter))
        assert parameter.requires_grad


def test_target_critics_follow_by_tau() -> None:
    learner = make(tau=0.25, critic_learning_rate=0.0)
    with torch.no_grad():
        for parameter in learner._critic.parameters():
            parameter.add_(1.0)
    before = {name: value.copy() for name, value in learner.state().items() if name.startswith("target_critic.")}
    learner.update(make_batch(learner))
    for name, value in before.items():
        np.testing.assert_allclose(learner.state()[name], value + 0.25, rtol=1e-5, atol=1e-6)


def test_frozen_features_are_never_trained() -> None:
    learner = make(name="cnn", actor_every=1)
    before = digest_of(learner, "policy.features")
    for seed in range(3):
        learner.update(make_batch(learner, seed=seed))
    assert digest_of(learner, "policy.features") == before


def test_encoder_in_training_learns_from_the_critic_and_its_average_follows() -> None:
    learner = make(name="cnn", encoder="resnet10", actor_every=1, shift_pixels=2)
    before = {part: digest_of(learner, part) for part in ("policy.features", "policy.ema.features")}
    learner.update(make_batch(learner, raw=True))
    assert all(digest_of(learner, part) != digest for part, digest in before.items())


def test_actor_loss_does_not_train_the_encoder() -> None:
    learner = make(name="cnn", encoder="resnet10", actor_every=1, critic_learning_rate=0.0, shift_pixels=0)
    before = digest_of(learner, "policy.features")
    learner.update(make_batch(learner, raw=True))
    assert digest_of(learner, "policy.features") == before


def encoder_learner(**settings: Any) -> SacLearner:
    return make(name="cnn", encoder="resnet10", shift_pixels=0, **settings)


def test_target_encoder_follows_the_encoder_as_target_critics_follow_the_critics() -> None:
    learner = encoder_learner(tau=0.25, critic_learning_rate=0.0)
    learner.update(make_batch(learner, raw=True))
    with torch.no_grad():
        for parameter in learner._policy.network.features.parameters():
            parameter.add_(1.0)
    before = {name: value for name, value in learner.state().items() if name.startswith("target_encoder.")}
    learner.update(make_batch(learner, raw=True))
    assert before
    after = learner.state()
    fixed = {f"target_encoder.{name}" for name, _ in learner._policy.network.features.named_buffers()}
    for name, value in before.items():
        np.testing.assert_allclose(after[name], value if name in fixed else value + 0.25, rtol=1e-5, atol=1e-5)


def test_target_encoder_begins_as_pretraining_left_the_encoder() -> None:
    learner = encoder_learner(tau=0.0, critic_learning_rate=0.0)
    pretrained = make(seed=3, name="cnn", encoder="resnet10")._policy.weights()
    learner._policy.load(pretrained)
    learner.update(make_batch(learner, raw=True))
    for name, value in learner.state().items():
        if name.startswith("target_encoder."):
            np.testing.assert_array_equal(value, pretrained["features." + name.removeprefix("target_encoder.")])


def test_target_values_read_the_target_encoder() -> None:
    targets = []
    for moved in (0.0, 0.5):
        learner = encoder_learner(critic_learning_rate=0.0)
        learner.update(make_batch(learner, raw=True))
        with torch.no_grad():
            for parameter in learner._target_encoder.parameters():
                parameter.add_(moved)
        targets.append(learner.update(make_batch(learner, raw=True))["target_q_mean"])
    assert targets[0] != targets[1]


def test_target_values_know_no_dropout_and_the_critics_do() -> None:
    metrics = []
    for share in (0.1, 0.9):
        learner = encoder_learner()
        for module in learner._network.features.modules():
            if isinstance(module, SharedDropout):
                module.share = share
        metrics.append(learner.update(make_batch(learner, raw=True)))
    assert metrics[0]["target_q_mean"] == metrics[1]["target_q_mean"]
    assert metrics[0]["q_mean"] != metrics[1]["q_mean"]


@pytest.mark.parametrize(("encoder", "raw"), [("small", True), ("resnet10", False)])
def test_batch_of_the_other_kind_is_refused(encoder: str, raw: bool) -> None:
    learner = make(name="cnn", encoder=encoder)
    with pytest.raises(TypeError, match="batches of"):
        learner.update(make_batch(learner, raw=raw))


@pytest.mark.parametrize("encoder", ["small", "resnet10"])
def test_restored_learner_goes_on_exactly_as_the_one_that_was_saved(encoder: str) -> None:
    raw = encoder == "resnet10"
    first = make(seed=0, name="cnn", encoder=encoder, actor_every=2)
    for seed in range(2):
        first.update(make_batch(first, seed=seed, raw=raw))
    second = make(seed=5, name="cnn", encoder=encoder, actor_every=2)
    second.restore(first.state())
    assert tensors_digest(second.state()) == tensors_digest(first.state())
    for seed in range(2, 4):
        for learner in (first, second):
            learner.update(make_batch(learner, seed=seed, raw=raw))
    assert tensors_digest(second.state()) == tensors_digest(first.state())
    assert second.updates == 4


def test_checkpoint_of_other_networks_is_refused_by_name() -> None:
    with pytest.raises(WeightsError, match=r"critic\.layers\.0\.weight"):
        make().restore(make(critic_hidden_sizes=(8,)).state())


def test_state_holds_plain_arrays_only() -> None:
    learner = make(actor_every=1)
    learner.update(make_batch(learner))
    for name, value in learner.state().items():
        assert isinstance(value, np.ndarray), name
        assert value.dtype.kind in "fiu", name


def test_values_of_a_one_step_problem_approach_the_reward() -> None:
    learner = make(critic_learning_rate=3e-3, actor_every=1)
    batch = replace(make_batch(learner), reward=torch.full((BATCH,), 0.7), bootstrap=torch.zeros(BATCH))
    metrics = [learner.update(batch) for _ in range(200)]
    assert metrics[-1]["q_mean"] == pytest.approx(0.7, abs=0.02)
    assert metrics[-1]["critic_loss"] < 0.01 * metrics[0]["critic_loss"]


def test_actor_climbs_what_the_critics_value() -> None:
    learner = make(actor_every=1, actor_learning_rate=3e-3, critic_learning_rate=3e-3, initial_temperature=1e-3)
    batch = make_batch(learner)
    observation = batch.observation
    assert isinstance(observation, torch.Tensor)
    generator = torch.Generator().manual_seed(1)
    for _ in range(120):
        action = torch.rand(BATCH, 2, generator=generator) * 2 - 1
        learner.update(
            replace(
                batch,
                action=action[:, None],
                reward=action[:, 0] - action[:, 1],
                bootstrap=torch.zeros(BATCH),
                next_observation=observation,
            )
        )
    mode = learner._policy.network.actor.mode(observation)[:, 0]
    assert (mode[:, 0] > 0.5).all()
    assert (mode[:, 1] < -0.5).all()


def test_entropy_in_the_backup_changes_the_target() -> None:
    targets = []
    for counted in (False, True):
        learner = make(entropy_in_backup=counted, initial_temperature=1.0)
        targets.append(learner.update(make_batch(learner))["target_q_mean"])
    assert targets[0] != targets[1]


def test_subset_larger_than_the_set_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="critic_subset"):
        SacConfig(critics=2, critic_subset=3)


def test_sac_draws_online_and_rlpd_half_demonstrations() -> None:
    policy = make_policy(spec=small_spec(), config=PolicyConfig(name="mlp", hidden_sizes=(8,)))
    settings: dict[str, Any] = {"critics": 2, "critic_hidden_sizes": (8,)}
    assert isinstance(SacLearner(config=SacConfig(**settings), policy=policy).sampling_rule(), OnlineSampling)
    assert isinstance(RlpdLearner(config=RlpdConfig(**settings), policy=policy).sampling_rule(), SymmetricSampling)


def test_imitation_inside_rlpd_holds_the_actor_at_the_demonstrations() -> None:
    def distance_after(weight: float) -> float:
        policy = make_policy(spec=small_spec(), config=PolicyConfig(name="mlp", hidden_sizes=(16,)))
        config = RlpdConfig(**SMALL, actor_every=1, actor_learning_rate=3e-3, cloning_weight=weight)
        learner = RlpdLearner(config=config, policy=policy)
        plain = make_batch(learner)
        batch = replace(
            plain,
            action=torch.full((BATCH, 1, 2), 0.8),
            reward=torch.ones(BATCH),
            bootstrap=torch.zeros(BATCH),
            is_demonstration=torch.arange(BATCH) >= BATCH // 2,
        )
        for _ in range(60):
            learner.update(batch)
        assert isinstance(plain.observation, torch.Tensor)
        mode = policy.network.actor.mode(plain.observation)[BATCH // 2 :]
        return float((mode - 0.8).square().mean().detach())

    assert distance_after(10.0) < 0.5 * distance_after(0.0)


@pytest.mark.parametrize(("name", "encoder", "raw"), [("mlp", "small", False), ("cnn", "small_trained", True)])
def test_half_precision_stays_near_whole_and_keeps_whole_weights(name: str, encoder: str, raw: bool) -> None:
    whole, half = (make(name=name, encoder=encoder, precision=precision) for precision in ("float32", "bfloat16"))
    for number in range(20):
        batch = make_batch(whole, seed=number, raw=raw)
        expected, found = whole.update(batch), half.update(batch)
        for key, value in expected.items():
            assert found[key] == pytest.approx(value, abs=0.02, rel=0.05), key
    assert found["q_mean"] != expected["q_mean"]
    assert {value.dtype for value in half.weights().values()} == {np.dtype(np.float32)}
    assert {value.dtype for value in module_tensors(half._critic, prefix="").values()} == {np.dtype(np.float32)}


def test_noise_of_another_kind_of_device_is_drawn_anew_and_the_rest_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    first = make(actor_every=1)
    first.update(make_batch(first))
    state = {**first.state(), "generator": np.arange(16, dtype=np.uint8)}  # as long as that of a GPU
    others = [make(seed=seed, actor_every=1) for seed in (1, 2)]
    for other in others:
        other.restore(state)
        assert other.updates == 1
        other.update(make_batch(first, seed=1))
    assert tensors_digest(others[0].state()) == tensors_digest(others[1].state())
    assert "another kind of device than cpu" in caplog.text
