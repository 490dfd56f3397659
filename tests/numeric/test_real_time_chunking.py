"""The guidance of real-time chunking against closed forms, finite differences and a brute-force loop, in float64."""

from __future__ import annotations

import math
from collections.abc import Callable

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
    unit_slope,
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
    if time > 0:
        r_squared = (1 - time) ** 2 / (time**2 + (1 - time) ** 2)
        assert guidance_weight(time) == pytest.approx(min(MAX_GUIDANCE, (1 - time) / (time * r_squared)))


def test_the_mask_against_a_loop() -> None:
    for overlap in range(8):
        for frozen in range(overlap + 1):
            expected = []
            for i in range(8):
                c = (overlap - i) / (overlap - frozen + 1)
                falling = c * (math.exp(c) - 1) / (math.e - 1)
                expected.append(1.0 if i < frozen else falling if i < overlap else 0.0)
            np.testing.assert_allclose(soft_mask(horizon=8, overlap=overlap, frozen=frozen), expected, atol=1e-6)


@pytest.mark.parametrize("time", [0.2, 0.5, 0.9])
def test_the_guidance_is_along_the_gradient_of_the_distance_to_the_prefix(time: float) -> None:
    """The vector-Jacobian product is minus the gradient of half the weighted squared error of the predicted end."""
    noisy = torch.randn(B, H, A, dtype=torch.float64)
    prefix = prefix_of(frozen=1, overlap=4)
    guidance = guided_velocity(curved, noisy, time=time, prefix=prefix) - curved(noisy)

    def end(point: Tensor) -> Tensor:
        return point + (1 - time) * curved(point)

    aim = (prefix.target - end(noisy)) * prefix.weight[..., None]
    for row in range(B):
        numeric = torch.zeros(H, A, dtype=torch.float64)
        for index in np.ndindex(H, A):
            step = torch.zeros_like(noisy)
            step[(row, *index)] = 1e-6
            numeric[index] = ((end(noisy + step) - end(noisy - step))[row] * aim[row]).sum() / 2e-6
        slope = float(numeric.norm() / aim[row].norm())
        share = unit_slope(time) / max(slope, 0.01 * unit_slope(time))
        np.testing.assert_allclose(guidance[row], guidance_weight(time) * share * numeric, atol=1e-6)


def gaussian_flow(time: float, *, std: float, mean: float = 0.0) -> Callable[[Tensor], Tensor]:
    """The velocity of actions N(m, s^2): E[x_1 | x_t] = m + t s^2 (x - t m) / (t^2 s^2 + (1 - t)^2), linear in x."""
    slope = time * std**2 / (time**2 * std**2 + (1 - time) ** 2)
    return lambda x: (mean + slope * (x - time * mean) - x) / (1 - time)


@pytest.mark.parametrize("time", [0.1, 0.5, 0.9])
def test_of_normalised_actions_it_is_equation_2_to_the_letter(time: float) -> None:
    noisy = torch.randn(B, H, A, dtype=torch.float64)
    prefix = prefix_of(frozen=2, overlap=4)
    flow = gaussian_flow(time, std=1.0)
    slope = time / (time**2 + (1 - time) ** 2)
    error = (prefix.target - slope * noisy) * prefix.weight[..., None]
    expected = flow(noisy) + guidance_weight(time) * slope * error
    np.testing.assert_allclose(guided_velocity(flow, noisy, time=time, prefix=prefix), expected, atol=1e-12)


@pytest.mark.parametrize("std", [0.1, 0.3, 1.0, 3.0])
@pytest.mark.parametrize("steps", [4, 10, 200])
def test_a_gaussian_flow_is_led_to_the_prefix_however_far_its_actions_spread(std: float, steps: int) -> None:
    start = torch.randn(B, H, A, dtype=torch.float64)
    prefix = prefix_of(frozen=2, overlap=4)
    prefix = PrefixBatch(target=std * (2 * prefix.target - 1), weight=prefix.weight)
    ends = []
    for guided in (True, False):
        noisy = start.clone()
        for index in range(steps):
            time = index / steps
            flow = gaussian_flow(time, std=std)
            velocity = guided_velocity(flow, noisy, time=time, prefix=prefix) if guided else flow(noisy)
            noisy = noisy + velocity / steps
        ends.append(noisy)
    errors = [float((end - prefix.target)[1, :2].abs().mean()) for end in ends]
    assert errors[0] < 0.5 * errors[1]
    assert float((ends[0] - ends[1])[:, 4].abs().max()) == 0.0  # behind the overlap nothing is guided
    assert not ends[0].requires_grad


@pytest.mark.parametrize("std", [0.3, 1.0, 3.0])
def test_the_guidance_of_the_first_step_is_none_and_of_those_near_it_little(std: float) -> None:
    """For actions N(0, s^2) it is beta · tau · error at first: what the end of a path has from its beginning."""
    noisy = torch.randn(B, H, A, dtype=torch.float64)
    prefix = prefix_of(frozen=2, overlap=4)
    for time in (0.0, 1e-6, 1e-4):
        flow = gaussian_flow(time, std=std)
        error = (prefix.target - noisy - (1 - time) * flow(noisy)) * prefix.weight[..., None]
        guidance = guided_velocity(flow, noisy, time=time, prefix=prefix) - flow(noisy)
        np.testing.assert_allclose(guidance, MAX_GUIDANCE * time * error, rtol=1e-2, atol=1e-9)
    np.testing.assert_array_equal(guided_velocity(curved, noisy, time=0.0, prefix=prefix), curved(noisy))


@pytest.mark.parametrize("time", [0.02, 0.1, 0.5, 0.9])
def test_no_step_alone_leads_further_than_to_the_prefix(time: float) -> None:
    """With the step that is left, 1 - tau: less where the guidance is cut, exactly there where it is not."""
    noisy = torch.randn(B, H, A, dtype=torch.float64)
    prefix = prefix_of(frozen=2, overlap=4)
    flow = gaussian_flow(time, std=1.0)
    errors = []
    for velocity in (flow(noisy), guided_velocity(flow, noisy, time=time, prefix=prefix)):
        end = noisy + (1 - time) * velocity
        errors.append(float((prefix.target - end)[1, :2].norm()))  # frozen
    left = 1 - min(1.0, MAX_GUIDANCE * unit_slope(time) * (1 - time))
    assert errors[1] == pytest.approx(left * errors[0], abs=1e-12)


def test_a_flow_that_leaves_no_choice_is_not_thrown_about() -> None:
    noisy = torch.randn(B, H, A, dtype=torch.float64)
    prefix = prefix_of(frozen=2, overlap=4)

    def certain(x: Tensor) -> Tensor:
        return (0.3 + 1e-9 * x - x) / 0.5

    guided = guided_velocity(certain, noisy, time=0.5, prefix=prefix)
    np.testing.assert_allclose(guided, certain(noisy), atol=1e-5)


def test_without_weight_it_is_the_flow_itself() -> None:
    noisy = torch.randn(B, H, A, dtype=torch.float64)
    free = PrefixBatch(target=torch.ones(B, H, A, dtype=torch.float64), weight=torch.zeros(B, H, dtype=torch.float64))
    np.testing.assert_array_equal(guided_velocity(curved, noisy, time=0.4, prefix=free), curved(noisy))


def test_prefixes_of_several_robots_become_one_batch() -> None:
    values = (np.arange(6).reshape(2, 3) / 10).astype(np.float32)
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
