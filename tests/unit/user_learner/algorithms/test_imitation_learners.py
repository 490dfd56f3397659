"""Updates of behaviour cloning and HG-DAgger: what is learned from, what acts, what is reported."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from tests.support.learning_records import make_episode, small_spec
from user_core.errors import ConfigurationError, WeightsError
from user_core.types import Mode
from user_learner.algorithms.bc.config import BcConfig
from user_learner.algorithms.bc.learner import BcLearner
from user_learner.algorithms.hg_dagger.config import HgDaggerConfig
from user_learner.algorithms.hg_dagger.learner import HgDaggerLearner
from user_learner.algorithms.hg_dagger.losses import doubt
from user_learner.replay.batch import Batch
from user_learner.replay.batch_source import BatchSource, RawObservationSource
from user_learner.replay.config import MemoryConfig
from user_learner.replay.memory import SamplingMemory
from user_policies.policies.config import PolicyConfig
from user_policies.policies.registry import make_policy
from user_policies.tensors import tensors_digest

SPEC = small_spec(image_size=32)
HORIZON = 3


def make(kind: type[Any] = BcLearner, *, encoder: str = "", seed: int = 0, **settings: Any) -> Any:
    policy = PolicyConfig(
        name="cnn" if encoder else "mlp",
        hidden_sizes=(16,),
        encoder=encoder or "small",
        encoder_outputs=4,
        horizon=HORIZON,
    )
    config = (BcConfig if kind is BcLearner else HgDaggerConfig)(batch_size=8, **settings)
    return kind(config=config, policy=make_policy(spec=SPEC, config=policy, seed=1), seed=seed)


def batch_for(learner: Any, *, shown: bool = False) -> Batch:
    """A batch of which the last step of each chunk is the policy's, and the others are the person's."""
    generator = torch.Generator().manual_seed(3)
    features = learner._policy.network.features.outputs
    by_person = torch.ones(8, HORIZON, dtype=torch.bool)
    by_person[:, -1] = False
    return Batch(
        observation=torch.randn(8, features, generator=generator),
        action=torch.rand(8, HORIZON, 2, generator=generator) - 0.5,
        within=torch.ones(8, HORIZON, dtype=torch.bool),
        by_person=by_person,
        reward=torch.zeros(8),
        bootstrap=torch.ones(8),
        next_observation=torch.randn(8, features, generator=generator),
        is_demonstration=torch.full((8,), shown),
    )


def spoiled(batch: Batch) -> Batch:
    """The same, but the policy did something else after the person let go."""
    action = batch.action.clone()
    action[:, -1] = 1.0
    return replace(batch, action=action)


def test_imitation_gets_better() -> None:
    learner = make(learning_rate=1e-2)
    losses = [learner.update(batch_for(learner))["imitation_loss"] for _ in range(60)]
    assert losses[-1] < 0.3 * losses[0]


@pytest.mark.parametrize("kind", [BcLearner, HgDaggerLearner])
def test_what_the_policy_did_after_a_correction_is_not_imitated(kind: type[Any]) -> None:
    one, other = make(kind), make(kind)
    batch = batch_for(one)
    for _ in range(3):
        one.update(batch)
        other.update(spoiled(batch))
    assert tensors_digest(one.weights()) == tensors_digest(other.weights())


def test_all_of_a_demonstration_is_imitated() -> None:
    one, other = make(), make()
    batch = batch_for(one, shown=True)
    one.update(batch)
    other.update(spoiled(batch))
    assert tensors_digest(one.weights()) != tensors_digest(other.weights())


def test_what_acts_follows_slowly() -> None:
    learner = make(average_rate=0.5)
    before = {name: value.clone() for name, value in learner._policy.average.actor.named_parameters()}
    learner.update(batch_for(learner))
    newest = dict(learner._actor.named_parameters())
    for name, value in learner._policy.average.actor.named_parameters():
        assert torch.allclose(value, (before[name] + newest[name]) / 2)


def test_step_size_follows_its_schedule_and_a_restart_goes_on_with_it() -> None:
    learner = make(learning_rate=0.1, warm_up_updates=2, cosine_updates=4)
    rates = [learner.update(batch_for(learner))["learning_rate"] for _ in range(4)]
    assert rates[:3] == [0.05, 0.1, 0.1] and rates[3] < 0.1
    again = make(learning_rate=0.1, warm_up_updates=2, cosine_updates=4)
    again.restore(learner.state())
    assert again.update(batch_for(again)) == learner.update(batch_for(learner))


def test_an_encoder_in_training_learns_with_the_actor() -> None:
    learner = make(encoder="small_trained")
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig())
    for record in make_episode(SPEC, length=6, mode=Mode.COLLECT):
        memory.add(record)
    source = BatchSource(
        memory=memory,
        observations=RawObservationSource(memory=memory, device=torch.device("cpu")),
        rule=learner.sampling_rule(),
        batch_size=8,
        horizon=HORIZON,
        n_step=1,
        gamma=1.0,
        device=torch.device("cpu"),
    )
    before = {name: value for name, value in learner.weights().items() if "encoders" in name}
    assert np.isfinite(learner.update(source.sample(np.random.default_rng(0)))["imitation_loss"])
    after = learner.weights()
    moved = [name for name, value in before.items() if not np.array_equal(value, after[name])]
    assert any(name.startswith("features.") for name in moved)
    assert any(name.startswith("ema.features.") for name in moved)


def test_doubt_is_measured_once_for_each_take_over_and_survives_a_restart() -> None:
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig())
    for record in make_episode(SPEC, episode="a", length=8, human_steps=(1, 2, 6)):
        memory.add(record)
    asked: list[list[int]] = []

    def observe(rows: np.ndarray) -> torch.Tensor:
        asked.append(rows.tolist())
        width = learner._policy.network.features.outputs
        return torch.randn(len(rows), width, generator=torch.Generator().manual_seed(0))

    learner = make(HgDaggerLearner)
    metrics = learner.witness(memory.imitation, observe=observe)
    assert (metrics["take_overs"], metrics["corrected_samples"]) == (2.0, 3.0)
    assert metrics["doubt_threshold"] == metrics["doubt_at_take_over"] > 0
    again = make(HgDaggerLearner, seed=5)
    again.restore(learner.state())
    for record in make_episode(SPEC, episode="b", length=4, human_steps=(0,)):
        memory.add(record)
    again.witness(memory.imitation, observe=observe)
    assert asked == [[1, 6], [9]]


def test_looking_at_a_take_over_moves_no_image_and_draws_no_random_number() -> None:
    """Under torchrun only the leader looks: the next update must find all processes at the same random number."""
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig())
    for record in make_episode(SPEC, length=4, human_steps=(1,)):
        memory.add(record)
    source = RawObservationSource(memory=memory, device=torch.device("cpu"))
    learner = make(HgDaggerLearner, encoder="small_trained", shift_pixels=8)
    before = learner.state()["generator"]
    metrics = learner.witness(memory.imitation, observe=source.gather)
    np.testing.assert_array_equal(learner.state()["generator"], before)
    with torch.no_grad():
        observed = learner._policy.network.features.eval()(source.gather(np.array([1])))
        expected = doubt(learner._ensemble(observed))
    assert metrics["doubt_at_take_over"] == pytest.approx(float(expected), rel=1e-6)


def test_another_number_of_doubting_heads_than_in_the_checkpoint_is_refused_by_name() -> None:
    state = make(HgDaggerLearner, doubt_members=3).state()
    with pytest.raises(WeightsError, match=r"doubt\.layers\.0\.weight has shape \(3, .*not \(5, "):
        make(HgDaggerLearner).restore(state)


def test_before_the_first_take_over_nothing_is_said_of_doubt() -> None:
    metrics = make(HgDaggerLearner).witness(
        SamplingMemory(spec=SPEC, config=MemoryConfig()).imitation, observe=lambda rows: torch.zeros(0)
    )
    assert metrics == {"take_overs": 0.0, "corrected_samples": 0.0}


def test_members_agree_where_they_have_learned_and_not_elsewhere() -> None:
    learner = make(HgDaggerLearner, learning_rate=3e-3)
    batch = batch_for(learner, shown=True)
    first = learner.update(batch)["doubt_of_batch"]
    for _ in range(200):
        last = learner.update(batch)["doubt_of_batch"]
    assert last < 0.3 * first
    assert isinstance(batch.observation, torch.Tensor)
    elsewhere = learner._doubt_of(batch.observation + 3.0)
    assert np.mean(elsewhere) > 3 * last


def test_weights_of_another_policy_are_refused_with_what_differs() -> None:
    state = make().state()
    state.pop("policy.actor.mean.bias")
    with pytest.raises(WeightsError, match=r"actor\.mean\.bias is missing"):
        make().restore(state)


def test_parts_of_a_batch_add_up_to_the_whole_of_it() -> None:
    whole, in_parts = make(learning_rate=1e-3), make(learning_rate=1e-3, micro_batches=3)
    batch = replace(batch_for(whole), is_demonstration=torch.arange(8) % 3 == 0)  # parts of different weight
    for _ in range(5):
        losses = [learner.update(batch)["imitation_loss"] for learner in (whole, in_parts)]
        assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    for name, value in whole.weights().items():
        np.testing.assert_allclose(in_parts.weights()[name], value, atol=1e-6, err_msg=name)


def test_half_precision_learns_and_keeps_whole_weights() -> None:
    learner = make(HgDaggerLearner, learning_rate=1e-2, precision="bfloat16")
    losses = [learner.update(batch_for(learner))["imitation_loss"] for _ in range(60)]
    assert losses[-1] < 0.3 * losses[0]
    assert {value.dtype for value in learner.weights().values()} == {np.dtype(np.float32)}


def test_more_parts_than_samples_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="micro_batches"):
        BcConfig(batch_size=4, micro_batches=5)


@pytest.mark.parametrize(("kind", "lacking"), [(BcLearner, "generator"), (HgDaggerLearner, "shares")])
def test_a_checkpoint_of_an_earlier_version_is_refused_naming_what_it_lacks(kind: type[Any], lacking: str) -> None:
    learner = make(kind)
    state = {name: value for name, value in learner.state().items() if name != lacking}
    with pytest.raises(WeightsError, match=f"has no '{lacking}'"):
        learner.restore(state)
