"""The tanh-Gaussian against float64 references that were worked another way: numerically, with scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from user_policies.networks.gaussian_actor import GaussianActor
from user_policies.networks.tanh_gaussian import TanhGaussian, log_density


def reference_log_density(action: float, mean: float, std: float) -> float:
    """Change of variables in the other direction, in float64: p(a) = N(atanh(a)) · d atanh(a)/da."""
    return float(stats.norm.logpdf(math.atanh(action), mean, std) - math.log1p(-(action**2)))


@pytest.mark.parametrize("mean", [-1.5, 0.0, 0.7])
@pytest.mark.parametrize("std", [0.05, 0.5, 2.0])
@pytest.mark.parametrize("before_tanh", [-2.0, -0.1, 0.0, 1.3, 3.0])
def test_log_density_agrees_with_the_change_of_variables(mean: float, std: float, before_tanh: float) -> None:
    found = log_density(
        before_tanh=torch.tensor([[before_tanh]], dtype=torch.float64),
        mean=torch.tensor([[mean]], dtype=torch.float64),
        log_std=torch.tensor([[math.log(std)]], dtype=torch.float64),
    )
    assert float(found) == pytest.approx(reference_log_density(math.tanh(before_tanh), mean, std), rel=1e-9)


def test_density_integrates_to_one() -> None:
    def density(action: float) -> float:
        found = log_density(
            before_tanh=torch.tensor([[math.atanh(action)]], dtype=torch.float64),
            mean=torch.tensor([[0.4]], dtype=torch.float64),
            log_std=torch.tensor([[-0.3]], dtype=torch.float64),
        )
        return math.exp(float(found))

    total, _ = integrate.quad(density, -1 + 1e-9, 1 - 1e-9, limit=200)
    assert total == pytest.approx(1.0, abs=1e-5)


def test_log_density_of_several_actions_is_the_sum() -> None:
    found = log_density(
        before_tanh=torch.tensor([[0.3, -0.8]], dtype=torch.float64),
        mean=torch.tensor([[0.1, -0.2]], dtype=torch.float64),
        log_std=torch.tensor([[-1.0, 0.5]], dtype=torch.float64),
    )
    expected = reference_log_density(math.tanh(0.3), 0.1, math.exp(-1.0))
    expected += reference_log_density(math.tanh(-0.8), -0.2, math.exp(0.5))
    assert float(found) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("before_tanh", [-40.0, -12.0, 12.0, 40.0])
def test_log_density_and_its_gradient_stay_exact_where_tanh_rounds_to_one(before_tanh: float) -> None:
    value = torch.tensor([[before_tanh]], requires_grad=True)
    found = log_density(before_tanh=value, mean=torch.tensor([[before_tanh]]), log_std=torch.zeros(1, 1))
    found.backward()
    # log(1 - tanh(u)²) tends to log 4 - 2|u|; its slope to -2 sign(u).
    expected = -0.5 * math.log(2 * math.pi) - (math.log(4.0) - 2 * abs(before_tanh))
    assert float(found.detach()) == pytest.approx(expected, rel=1e-6)
    assert value.grad is not None
    assert float(value.grad) == pytest.approx(2 * np.sign(before_tanh), rel=1e-6)


def test_samples_have_the_density_that_is_returned_with_them() -> None:
    generator = torch.Generator().manual_seed(0)
    distribution = TanhGaussian(mean=torch.full((20000, 1), 0.5), log_std=torch.full((20000, 1), -0.5))
    actions, densities = distribution.sample(generator)
    low, high = 0.3, 0.5
    inside = (actions[:, 0] > low) & (actions[:, 0] < high)
    std = math.exp(-0.5)
    probability = stats.norm.cdf(math.atanh(high), 0.5, std) - stats.norm.cdf(math.atanh(low), 0.5, std)
    assert float(inside.float().mean()) == pytest.approx(probability, abs=0.01)
    for index in range(5):
        expected = reference_log_density(float(actions[index, 0]), 0.5, std)
        assert float(densities[index]) == pytest.approx(expected, abs=1e-3)


def test_mode_is_the_tanh_of_the_mean() -> None:
    distribution = TanhGaussian(mean=torch.tensor([[0.2, -3.0]]), log_std=torch.zeros(1, 2))
    torch.testing.assert_close(distribution.mode(), torch.tensor([[math.tanh(0.2), math.tanh(-3.0)]]))


def test_gradient_through_a_sample_agrees_with_finite_differences() -> None:
    noise_seed = 3

    def sampled(mean: torch.Tensor, log_std: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return TanhGaussian(mean=mean, log_std=log_std).sample(torch.Generator().manual_seed(noise_seed))

    inputs = (
        torch.tensor([[0.2, -0.4]], dtype=torch.float64, requires_grad=True),
        torch.tensor([[-1.0, 0.3]], dtype=torch.float64, requires_grad=True),
    )
    assert torch.autograd.gradcheck(sampled, inputs)


def test_log_std_is_bounded_and_can_be_set() -> None:
    actor = GaussianActor(inputs=3, actions=2, hidden_sizes=(8,), log_std_min=-2.0, log_std_max=0.5)
    actor.log_std.bias.data.fill_(50.0)
    assert float(actor(torch.randn(4, 3)).log_std.detach().max()) == 0.5
    actor.explore_with(-1.0)
    torch.testing.assert_close(actor(torch.randn(4, 3)).log_std, torch.full((4, 2), -1.0))
