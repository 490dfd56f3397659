"""The guidance of real-time chunking against closed forms, finite differences and a brute-force loop, in float64."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from user_core.types import ChunkPrefix
from user_policies.networks.real_time_chunking import (
    MAX_GUIDANCE,
    PrefixBatch,
    guidance_weight,
    guided_velocity,
    soft_mask,
    stack_prefixes,
)

B, H, A = 2, 5, 3


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(1)


def prefix_of(*, frozen: int, overlap: int) -> PrefixBatch:
    weight = soft_mask(horizon=H, overlap=overlap, frozen=frozen).double().expand(B, H).clone()
    weight[0] *= 0.5  # rows differ
    return PrefixBatch(target=torch.rand(B, H, A, dtype=torch.float64), weight=weight)


def curved(noisy: Tensor) -> Tensor:
    """A velocity that couples steps and axes."""
    return torch.sin(noisy.cumsum(dim=1)) + 0.3 * noisy.flip(-1) ** 2


@pytest.mark.parametrize(
    ("time", "expected"),
    [(0.0, MAX_GUIDANCE), (0.05, MAX_GUIDANCE), (0.25, 10 / 3), (0.5, 2.0), (0.75, 10 / 3), (0.99, MAX_GUIDANCE)],
)
def test_the_weight_of_the_guidance_is_that_of_the_paper(time: float, expected: float) -> None:
    assert guidance_weight(time) == pytest.approx(expected)
    if 0 < time:
        r_squared = (1 - time) ** 2 / (time**2 + (1 - time) ** 2)
        assert guidance_weight(time) == pytest.approx(min(MAX_GUIDANCE, (1 - time) / (time * r_squared)))


@pytest.mark.parametrize("time", [0.1, 0.5, 0.8])
def test_the_weight_reckons_with_the_spread_of_the_actions(time: float) -> None:
    """Unclipped, times the slope of a Gaussian's end, it leads exactly to the target: 1 / (1 - tau)."""
    std = 0.2
    slope = time * std**2 / (time**2 * std**2 + (1 - time) ** 2)
    weight = guidance_weight(time, data_std=std, max_guidance=1e9)
    assert weight * slope == pytest.approx(1 / (1 - time))
    assert guidance_weight(time, data_std=std) <= MAX_GUIDANCE / std**2


def test_the_mask_against_a_loop() -> None:
    for overlap in range(8):
        for frozen in range(overlap + 1):
            expected = []
            for i in range(8):
                c = (overlap - i) / (overlap - frozen + 1)
                falling = c * (math.exp(c) - 1) / (math.e - 1)
                expected.append(1.0 if i < frozen else falling if i < overlap else 0.0)
            np.testing.assert_allclose(soft_mask(horizon=8, overlap=overlap, frozen=frozen), expected, atol=1e-6)


@pytest.mark.parametrize("time", [0.0, 0.3, 0.9])
def test_the_guidance_is_the_gradient_of_the_distance_to_the_prefix(time: float) -> None:
    """Its vector-Jacobian product is minus the gradient of half the weighted squared error of the predicted end."""
    noisy = torch.randn(B, H, A, dtype=torch.float64)
    prefix = prefix_of(frozen=1, overlap=4)
    guided = guided_velocity(curved, noisy, time=time, prefix=prefix)

    def error(point: Tensor) -> float:
        end = point + (1 - time) * curved(point)
        return float(0.5 * (prefix.weight[..., None] * (prefix.target - end) ** 2).sum())

    numeric = torch.zeros_like(noisy)
    for index in np.ndindex(B, H, A):
        step = torch.zeros_like(noisy)
        step[index] = 1e-6
        numeric[index] = (error(noisy + step) - error(noisy - step)) / 2e-6
    expected = curved(noisy) - guidance_weight(time) * numeric
    np.testing.assert_allclose(guided, expected, atol=1e-7)


def test_without_weight_it_is_the_flow_itself() -> None:
    noisy = torch.randn(B, H, A, dtype=torch.float64)
    free = PrefixBatch(target=torch.ones(B, H, A, dtype=torch.float64), weight=torch.zeros(B, H, dtype=torch.float64))
    np.testing.assert_array_equal(guided_velocity(curved, noisy, time=0.4, prefix=free), curved(noisy))


def test_a_gaussian_flow_ends_in_its_closed_form() -> None:
    """Data N(m, s^2) has the end E[x_1 | x_t] = m + t s^2 (x - t m) / (t^2 s^2 + (1 - t)^2), linear in x."""
    mean, variance = 0.2, 0.25
    steps = 200
    noisy = torch.randn(B, H, A, dtype=torch.float64)
    prefix = prefix_of(frozen=2, overlap=4)
    expected, free = noisy.clone(), mean + math.sqrt(variance) * noisy  # where the flow itself leads
    for index in range(steps):
        t = index / steps
        slope = t * variance / (t**2 * variance + (1 - t) ** 2)

        def velocity(x: Tensor, t: float = t, slope: float = slope) -> Tensor:
            return (mean + slope * (x - t * mean) - x) / (1 - t)

        noisy = noisy + guided_velocity(velocity, noisy, time=t, prefix=prefix) / steps
        end = mean + slope * (expected - t * mean)
        guidance = slope * prefix.weight[..., None] * (prefix.target - end)
        expected = expected + ((end - expected) / (1 - t) + guidance_weight(t) * guidance) / steps
    np.testing.assert_allclose(noisy, expected, atol=1e-9)
    errors = [float((one - prefix.target)[1, :2].abs().mean()) for one in (noisy, free)]
    assert errors[0] < 0.3 * errors[1]  # weight 1: what is frozen is nearly met
    assert not noisy.requires_grad


def test_prefixes_of_several_robots_become_one_batch() -> None:
    values = np.arange(6, dtype=np.float32).reshape(2, 3) / 10
    batch = stack_prefixes(
        [None, ChunkPrefix(values=values, frozen=1), ChunkPrefix(values=np.ones((9, 3), np.float32), frozen=9)],
        horizon=H,
        actions=A,
    )
    assert batch.target.shape == (3, H, A) and batch.weight.shape == (3, H)
    np.testing.assert_array_equal(batch.weight[0], np.zeros(H))
    np.testing.assert_array_equal(batch.target[1, :2], values)
    np.testing.assert_allclose(batch.weight[1], soft_mask(horizon=H, overlap=2, frozen=1))
    np.testing.assert_array_equal(batch.weight[2], np.ones(H))


def test_it_works_where_gradients_are_off() -> None:
    layer = torch.nn.Linear(A, A, dtype=torch.float64)
    noisy = torch.randn(B, H, A, dtype=torch.float64)
    with torch.no_grad():
        guided = guided_velocity(layer, noisy, time=0.5, prefix=prefix_of(frozen=1, overlap=3))
    assert not guided.requires_grad
    assert all(parameter.grad is None for parameter in layer.parameters())
