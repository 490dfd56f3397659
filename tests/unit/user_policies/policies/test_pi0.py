"""pi0 at its smallest size; what it does without its library is tested everywhere."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.optim import Adam

from tests.support.acting_features import acting_features
from tests.support.learning_records import make_observation, small_spec
from user_core.errors import ConfigurationError, WeightsError
from user_core.types import Observation
from user_policies.networks.actor import Actor
from user_policies.networks.flow_config import FlowConfig
from user_policies.networks.pi0_actor import Pi0Actor
from user_policies.networks.real_time_chunking import PrefixBatch, guidance_weight, soft_mask, unit_slope
from user_policies.policies.config import PolicyConfig
from user_policies.policies.pi0 import Pi0Policy
from user_policies.policies.registry import make_policy

SPEC = small_spec(cameras=2)
HORIZON = 4
needs_library = pytest.mark.skipif(
    importlib.util.find_spec("transformers") is None, reason="pip install -r requirements/pi0.txt brings transformers"
)


def make(**changes: Any) -> Pi0Policy:
    config = PolicyConfig(name="pi0", horizon=HORIZON, act_with_average=False, flow=FlowConfig(steps=3), lora_rank=2)
    policy = make_policy(spec=SPEC, config=replace(config, **changes))
    assert isinstance(policy, Pi0Policy)
    return policy


def told(instruction: str, *, step: int = 0) -> Observation:
    return replace(make_observation(SPEC, step=step), instruction=instruction)


def actor_of(policy: Pi0Policy) -> Pi0Actor:
    actor = policy.network.actor
    assert isinstance(actor, Pi0Actor)
    return actor


def test_without_its_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ConfigurationError, match=r"pip install -r requirements/pi0\.txt"):
        make()


def test_base_is_refused_without_weights() -> None:
    with pytest.raises(ConfigurationError, match=r"policy\.weights"):
        make(size="base", weights="")


@needs_library
def test_a_summary_is_small_and_sees_all_three() -> None:
    policy = make()
    extractor = policy.network.features
    one = told("put the red cube away")
    darker = replace(one, images=tuple(image // 2 for image in one.images))
    moved = replace(one, state=one.state + np.float32(0.1))
    rows = acting_features(policy, [one, told("shut the lid"), darker, moved])
    summary = extractor.summary(rows)
    assert summary.shape == (4, extractor.summary_outputs)
    assert extractor.summary_outputs < extractor.outputs / 10
    assert all(float((summary[0] - other).abs().max()) > 1e-3 for other in summary[1:])


@needs_library
def test_a_deterministic_chunk_begins_from_a_sample_where_that_is_asked_for() -> None:
    for start, differs in (("zero", False), ("sample", True)):
        policy = make(flow=FlowConfig(steps=3, mode_from=start))
        one, other = (policy.act([told("a")], deterministic=[True])[0] for _ in range(2))
        assert np.allclose(one, other) != differs


@needs_library
def test_features_are_of_one_size_so_that_none_drowns_the_others() -> None:
    features = acting_features(make(), [told("put the red cube away"), told("shut the lid", step=1)])
    assert float(features.abs().max()) <= 1.5


@needs_library
class TestLoss:
    def test_equals_the_model_s_own_over_the_arm_s_axes_and_weighted_steps(self) -> None:
        policy = make()
        actor = actor_of(policy)
        features = acting_features(policy, [told("left"), told("right", step=1)])
        chunk = torch.rand(2, HORIZON, 2) * 2 - 1
        weight = torch.tensor([[1.0, 1.0, 0.5, 0.0], [1.0, 0.0, 0.0, 0.0]])
        loss = actor.imitation_loss(features, chunk=chunk, weight=weight, generator=torch.Generator().manual_seed(3))
        generator = torch.Generator().manual_seed(3)
        noise = torch.randn(2, HORIZON, 32, generator=generator)
        time = 0.999 * torch.rand(2, generator=generator) ** (2 / 3) + 0.001
        by_hand, total = 0.0, 0.0
        for row in range(2):
            inputs = {name: value[row : row + 1] for name, value in actor.model_inputs(features).items()}
            noisy = time[row] * noise[row]
            noisy[:, :2] += (1 - time[row]) * chunk[row]
            answer = actor.model(noise=noisy[None], timestep=time[row : row + 1], **inputs).logits[0]
            for step in range(HORIZON):
                for axis in range(2):
                    error = float(answer.detach()[step, axis] - (noise[row, step, axis] - chunk[row, step, axis])) ** 2
                    by_hand += float(weight[row, step]) * error / 2
                total += float(weight[row, step])
        assert float(loss.detach()) == pytest.approx(by_hand / total, rel=1e-4)

    def test_time_is_drawn_as_published(self) -> None:
        uniform = torch.rand(200_000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        drawn = uniform.pow(1.0 / 1.5)
        beta = torch.distributions.Beta(1.5, 1.0)
        assert float(drawn.mean()) == pytest.approx(float(beta.mean), abs=0.003)
        assert float(drawn.var()) == pytest.approx(float(beta.variance), abs=0.002)

    def test_padded_axes_follow_their_known_path_so_that_they_never_matter(self) -> None:
        policy = make()
        features = acting_features(policy, [told("left")])
        actor = actor_of(policy)
        start = torch.randn(1, HORIZON, 32, generator=torch.Generator().manual_seed(0))
        before = actor.follow(features, start=start)
        with torch.no_grad():
            actor.model.action_out_proj.weight[2:] += 1.0
            actor.model.action_out_proj.bias[2:] -= 3.0
        torch.testing.assert_close(actor.follow(features, start=start), before)

    def test_the_sampler_ends_where_the_model_s_own_does_with_all_axes_in_use(self) -> None:
        policy = make()
        actor = actor_of(policy)
        actor.actions = 32
        features = acting_features(policy, [told("left")])
        start = torch.randn(1, HORIZON, 32, generator=torch.Generator().manual_seed(0))
        theirs = actor.model.sample_actions(noise=start, num_steps=3, **actor.model_inputs(features))
        torch.testing.assert_close(actor.follow(features, start=start), theirs.clamp(-1, 1), rtol=1e-4, atol=1e-5)

    def test_a_continued_chunk_agrees_with_a_loop_without_a_cache_and_with_jacobians_in_full(self) -> None:
        policy = make()
        actor = actor_of(policy)
        features = acting_features(policy, [told("left"), told("right")])
        target = torch.rand(2, HORIZON, 2, generator=torch.Generator().manual_seed(1)) * 2 - 1
        weight = torch.stack([soft_mask(horizon=HORIZON, overlap=3, frozen=1), torch.zeros(HORIZON)])
        found = actor.continue_chunk(
            features,
            prefix=PrefixBatch(target=target, weight=weight),
            deterministic=False,
            generator=torch.Generator().manual_seed(2),
        )
        start = torch.randn(2, HORIZON, 32, generator=torch.Generator().manual_seed(2))
        point = start[:1, :, :2]
        inputs = actor.model_inputs(features[:1])
        for step in range(3):
            tau = step / 3

            def end(noisy: torch.Tensor, tau: float = tau) -> torch.Tensor:
                noise = torch.cat([noisy, start[:1, :, 2:] * (1 - tau)], dim=-1)
                velocity = -actor.model(noise=noise, timestep=torch.tensor([1 - tau]), **inputs).logits[..., :2]
                return noisy + (1 - tau) * velocity

            slope = torch.autograd.functional.jacobian(end, point).reshape(2 * HORIZON, 2 * HORIZON)
            clean = end(point).detach()
            move = (clean - point) / (1 - tau)
            if step:
                error = ((target[:1] - clean) * weight[:1, :, None]).flatten()
                direction = error @ slope
                share = unit_slope(tau) * error.norm() / direction.norm()
                move = move + guidance_weight(tau) * share * direction.reshape(1, HORIZON, 2)
            point = point + move / 3
        torch.testing.assert_close(found[:1], point.clamp(-1, 1), rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(found[1:], actor.follow(features[1:], start=start[1:]), rtol=1e-4, atol=1e-5)


@needs_library
class TestTraining:
    def test_a_chunk_keeps_to_the_steps_that_will_have_been_executed_when_it_arrives(self) -> None:
        policy = make(flow=FlowConfig(steps=8))
        both_ways = torch.tensor([-0.6, 0.6]).repeat(8)[:, None, None].expand(16, HORIZON, 2)
        features = acting_features(policy, [told("somewhere")]).repeat(16, 1)
        actor = actor_of(policy)
        optimiser = Adam(actor.parameters(), lr=1e-2)
        generator = torch.Generator().manual_seed(0)
        for _ in range(100):
            optimiser.zero_grad()
            actor.imitation_loss(
                features, chunk=both_ways, weight=torch.ones(16, HORIZON), generator=generator
            ).backward()
            optimiser.step()
        weight = soft_mask(horizon=HORIZON, overlap=3, frozen=2).expand(16, HORIZON)
        continued = actor.continue_chunk(
            features,
            prefix=PrefixBatch(target=both_ways, weight=weight),
            deterministic=False,
            generator=torch.Generator().manual_seed(3),
        )
        free = actor.explore(features, torch.Generator().manual_seed(3))
        assert float((continued - both_ways)[:, :2].abs().mean()) < 0.1
        assert float((free - both_ways)[:, :2].abs().mean()) > 0.4

    def test_learns_that_the_instruction_decides_where_to_go(self) -> None:
        policy = make()
        features = acting_features(policy, [told("left"), told("right")])
        chunk = torch.tensor([[-0.6, 0.2], [0.6, 0.2]]).unsqueeze(1).repeat(1, HORIZON, 1)
        actor = actor_of(policy)
        optimiser = Adam(actor.parameters(), lr=1e-2)
        generator = torch.Generator().manual_seed(0)
        for _ in range(60):
            optimiser.zero_grad()
            rows = torch.arange(8) % 2
            weight = torch.ones(8, HORIZON)
            actor.imitation_loss(features[rows], chunk=chunk[rows], weight=weight, generator=generator).backward()
            optimiser.step()
        left, right = policy.act([told("left"), told("right")], deterministic=[True, True])
        assert left[:, 0].max() < -0.3 < 0.3 < right[:, 0].min()

    @pytest.mark.parametrize("trainable", ["all", "expert", "lora"])
    def test_every_parameter_that_is_left_gets_a_gradient(self, trainable: str) -> None:
        policy = make(trainable=trainable)
        actor = actor_of(policy)
        features = acting_features(policy, [told("left")])
        for name, parameter in actor.named_parameters():
            if name.endswith("lora_b"):
                torch.nn.init.normal_(parameter, std=0.1)  # as long as B is zero, no gradient reaches A
        actor.imitation_loss(features, chunk=torch.zeros(1, HORIZON, 2), weight=torch.ones(1, HORIZON)).backward()
        assert [name for name, parameter in actor.named_parameters() if parameter.grad is None] == []


@needs_library
class TestWeights:
    def test_those_for_chunks_of_another_length_are_refused(self) -> None:
        with pytest.raises(WeightsError, match="chunk_shape"):
            make(horizon=HORIZON + 1).load(make().weights())

    def test_only_what_trains_is_sent(self) -> None:
        whole = sum(tensor.size for tensor in make(trainable="all").weights().values())
        expert, lora = make(trainable="expert").weights(), make(trainable="lora").weights()
        assert sum(tensor.size for tensor in expert.values()) < 0.5 * whole
        assert sum(tensor.size for tensor in lora.values()) < 0.3 * whole
        assert not any("vlm" in name for name in expert)
        assert all(".lora_" in name or "_proj" in name or "mlp" in name for name in lora if "layers" in name)

    def test_the_average_shares_the_base(self) -> None:
        policy = make(trainable="expert", act_with_average=True)
        base, average = actor_of(policy).model, _model_of(policy.average.actor)
        shared = "model.vlm.language_model.layers.0.mlp.up_proj"
        assert base.get_submodule(shared).weight is average.get_submodule(shared).weight
        assert base.action_out_proj.weight is not average.action_out_proj.weight

    def test_two_policies_of_one_process_share_the_base(self) -> None:
        first, second = make(trainable="lora"), make(trainable="lora")
        shared = "model.vlm.language_model.layers.0.mlp.up_proj"
        weights = [actor_of(one).model.get_submodule(shared).weight for one in (first, second)]
        assert weights[0] is weights[1]

    def test_those_on_another_base_are_refused_with_both_hashes(self, tmp_path: Path) -> None:
        ours = make(trainable="expert")
        other = _saved(tmp_path)
        theirs = make(trainable="expert", weights=str(other)).weights()
        name = next(name for name in theirs if name.endswith("frozen_base"))
        with pytest.raises(WeightsError) as refusal:
            ours.load(theirs)
        for weights in (ours.weights(), theirs):
            assert np.asarray(weights[name]).tobytes().hex()[:16] in str(refusal.value)

    def test_real_weights_are_loaded_from_a_folder(self, tmp_path: Path) -> None:
        folder = _saved(tmp_path)
        policy = make(weights=str(folder))
        assert float(actor_of(policy).model.action_out_proj.bias.detach()[0]) == 0.5

    def test_a_home_folder_is_found(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOME", str(_saved(tmp_path).parent))
        policy = make(weights=f"~/{_saved(tmp_path).name}")
        assert float(actor_of(policy).model.action_out_proj.bias.detach()[0]) == 0.5

    def test_those_of_another_size_are_refused_naming_the_tensors(self, tmp_path: Path) -> None:
        folder = _saved(tmp_path)
        with pytest.raises(WeightsError, match=r"layers\.2.* is missing.*policy\.size|is missing|has shape"):
            make(size="small", weights=str(folder))

    def test_a_file_that_was_cut_short_is_named(self, tmp_path: Path) -> None:
        folder = _saved(tmp_path)
        file = folder / "model.safetensors"
        file.write_bytes(file.read_bytes()[:1000])
        with pytest.raises(WeightsError, match=rf"policy\.weights = {folder}"):
            make(weights=str(folder))

    def test_a_folder_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(WeightsError, match="nowhere"):
            make(weights=str(tmp_path / "nowhere"))


def _model_of(actor: Actor) -> Any:
    assert isinstance(actor, Pi0Actor)
    return actor.model


def _saved(folder: Path) -> Path:
    """Save weights as the library does, of another random beginning than ours."""
    import transformers

    from user_policies.networks.pi0_model import SIZES, pi0_config

    torch.manual_seed(5)
    model = transformers.PI0ForConditionalGeneration(pi0_config(SIZES["tiny"], horizon=HORIZON, base=False))
    torch.nn.init.constant_(model.action_out_proj.bias, 0.5)
    model.save_pretrained(folder / "weights")
    return folder / "weights"
