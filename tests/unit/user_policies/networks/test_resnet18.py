from __future__ import annotations

from pathlib import Path

import pytest
import safetensors.torch
import torch

from tests.support.learning_records import make_observation, small_spec
from user_core.errors import ConfigurationError, WeightsError
from user_policies.networks.frozen_base import BASE
from user_policies.networks.resnet18 import ResNet18, read_resnet18
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.policies.config import PolicyConfig
from user_policies.policies.registry import make_policy

SPEC = small_spec(cameras=2, image_size=32)


def weights(seed: int = 0) -> dict[str, torch.Tensor]:
    """Tensors as a usual file of a ResNet-18 holds them, the unused ones too."""
    torch.manual_seed(seed)
    tensors = {name: value.clone() for name, value in ResNet18().state_dict().items()}
    for name in tensors:
        if name.endswith("running_mean"):
            tensors[name].normal_()
    return tensors | {"fc.weight": torch.zeros(1000, 512), "bn1.num_batches_tracked": torch.tensor(7)}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "resnet18.safetensors"
    safetensors.torch.save_file(weights(), path)
    return path


def make(file: Path, *, seed: int = 0) -> ActorPolicy:
    config = PolicyConfig(
        name="cnn", encoder="resnet18", encoder_weights=str(file), encoder_outputs=5, hidden_sizes=(8,)
    )
    return make_policy(spec=SPEC, config=config, seed=seed)


def test_backbone_halves_its_maps_five_times(file: Path) -> None:
    assert read_resnet18(file)(torch.randn(2, 3, 64, 64)).shape == (2, 512, 2, 2)


def test_statistics_of_the_file_are_used_and_never_gathered(file: Path) -> None:
    network = read_resnet18(file).train()
    before = network.bn1.get_buffer("running_mean").clone()
    torch.testing.assert_close(before, weights()["bn1.running_mean"])
    network(torch.randn(4, 3, 32, 32))
    assert torch.equal(network.bn1.get_buffer("running_mean"), before)


def test_policy_sends_what_reads_the_backbone_and_names_the_backbone_by_its_hash(file: Path) -> None:
    policy = make(file)
    names = set(policy.weights())
    assert not [name for name in names if ".backbone." in name]
    assert [name for name in names if name.endswith(BASE)]
    assert not [name for name, _ in policy.network.features.named_parameters() if ".backbone." in name]
    other = make(file, seed=3)
    other.load(policy.weights())
    observation = make_observation(SPEC)
    first, second = (one.act([observation], deterministic=[True])[0] for one in (policy, other))
    assert (first == second).all()


def test_weights_on_another_backbone_are_refused_with_both_hashes(tmp_path: Path, file: Path) -> None:
    elsewhere = tmp_path / "other.safetensors"
    safetensors.torch.save_file(weights(seed=1), elsewhere)
    with pytest.raises(WeightsError, match=r"trained on another base.* the same policy\.encoder_weights"):
        make(elsewhere).load(make(file).weights())


def test_files_that_are_none_are_refused_by_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="encoder_weights"):
        PolicyConfig(name="cnn", encoder="resnet18")
    with pytest.raises(WeightsError, match="cannot be read"):
        make(tmp_path / "missing.safetensors")
    pickled = tmp_path / "resnet18.pth"
    torch.save(weights(), pickled)
    with pytest.raises(WeightsError, match=r"must be a \.safetensors file"):
        make(pickled)
    torn = tmp_path / "torn.safetensors"
    tensors = weights()
    del tensors["layer3.0.conv1.weight"]
    safetensors.torch.save_file(tensors, torn)
    with pytest.raises(WeightsError, match=r"layer3\.0\.conv1\.weight is missing"):
        make(torn)
