from __future__ import annotations

import pytest
import torch

from user_policies.modules import load_module, module_tensors
from user_policies.networks.resnet10 import LearnedSpatialEmbeddings, ResNet10Encoder
from user_policies.networks.small_encoder import SmallEncoder
from user_policies.networks.spatial_softmax import SpatialSoftmax, coordinate_grid
from user_policies.tensors import tensors_digest


@pytest.mark.parametrize("encoder", [SmallEncoder(outputs=7), ResNet10Encoder(height=32, width=32, outputs=7)])
def test_encoder_gives_bounded_features_and_a_gradient_to_every_parameter(encoder: torch.nn.Module) -> None:
    features = encoder(torch.randn(3, 3, 32, 32))
    assert features.shape == (3, 7)
    assert features.abs().max() <= 1
    features.square().sum().backward()
    without = [name for name, parameter in encoder.named_parameters() if parameter.grad is None]
    assert without == []


def test_small_encoder_keeps_channels_last_and_computes_what_any_layout_would() -> None:
    encoder = SmallEncoder(outputs=7).eval()
    strided: list[bool] = []
    for layer in (0, 2, 4):
        encoder.convolutions[layer].register_forward_hook(
            lambda layer, given, made: strided.append(
                made.is_contiguous(memory_format=torch.channels_last) and not made.is_contiguous()
            )
        )
    images = torch.randn(2, 16, 16, 3).permute(0, 3, 1, 2)
    features = encoder(images)
    assert strided == [True] * 3
    grid = coordinate_grid(16, 16).expand(2, -1, -1, -1)
    maps = torch.cat([images.contiguous(), grid], dim=1)
    for convolution in encoder.convolutions:
        maps = convolution(maps.contiguous())
    torch.testing.assert_close(features, encoder.head(encoder.positions(maps)), rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(features, encoder(images.contiguous()), rtol=1e-5, atol=1e-6)


def test_layout_of_the_weights_in_memory_is_no_part_of_their_digest() -> None:
    encoder, plain = SmallEncoder(outputs=7), SmallEncoder(outputs=7)
    for parameter in plain.parameters():
        parameter.data = parameter.data.contiguous()
    strides = [[parameter.stride() for parameter in one.parameters()] for one in (encoder, plain)]
    assert strides[0] != strides[1]
    weights = module_tensors(encoder, prefix="")
    load_module(plain, weights, prefix="")
    assert tensors_digest(module_tensors(plain, prefix="")) == tensors_digest(weights)
    assert all(value.flags.c_contiguous for value in weights.values())
    images = torch.randn(2, 3, 16, 16)
    torch.testing.assert_close(plain(images), encoder(images), rtol=1e-5, atol=1e-6)


def test_spatial_softmax_finds_a_bright_pixel() -> None:
    maps = torch.zeros(1, 2, 5, 9)
    maps[0, 0, 0, 8] = 100.0
    maps[0, 1, 4, 4] = 100.0
    x_of_first, x_of_second, y_of_first, y_of_second = SpatialSoftmax()(maps)[0].tolist()
    assert (x_of_first, y_of_first) == pytest.approx((1.0, -1.0), abs=1e-5)
    assert (x_of_second, y_of_second) == pytest.approx((0.0, 1.0), abs=1e-5)


def test_coordinates_run_right_and_down() -> None:
    grid = coordinate_grid(2, 3)
    assert grid[0].tolist() == [[-1, 0, 1], [-1, 0, 1]]
    assert grid[1].tolist() == [[-1, -1, -1], [1, 1, 1]]


def test_learned_embeddings_weigh_each_position_of_each_channel() -> None:
    layer = LearnedSpatialEmbeddings(channels=1, height=1, width=2, embeddings=2)
    layer.kernel.data = torch.tensor([[[[1.0, 10.0], [2.0, 20.0]]]])
    assert layer(torch.tensor([[[[3.0, 5.0]]]])).tolist() == [[13.0, 130.0]]


def test_resnet_is_deterministic_when_it_acts() -> None:
    encoder = ResNet10Encoder(height=32, width=32, outputs=4).eval()
    images = torch.randn(2, 3, 32, 32)
    assert torch.equal(encoder(images), encoder(images))
