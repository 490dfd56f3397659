"""The flow's sampler, density and loss against float64 references worked another way: loops, closed forms, scipy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy import stats
from torch import Tensor

from user_learner.algorithms.sac_flow.losses import noise_entropy
from user_policies.networks.flow_actor import FlowActor, score, velocity
from user_policies.networks.flow_config import FlowConfig
from user_policies.networks.flow_network import FlowNetwork

B, H, A, F = 3, 4, 2, 5
MEAN, STD = 0.4, 0.25


class LinearGaussian(FlowNetwork):
    """E[u | x_t] where u ~ N(MEAN, STD²) and x_t = (1 - t) noise + t u: what a perfect network predicts."""

    def context(self, features: Tensor) -> Tensor:
        return features

    def forward(self, noisy: Tensor, *, time: Tensor, context: Tensor) -> Tensor:
        gain = time * STD**2 / (time**2 * STD**2 + (1 - time) ** 2)
        return MEAN + gain * (noisy - time * MEAN)


def make(network: str = "mlp", **settings: Any) -> FlowActor:
    torch.manual_seed(0)
    config = FlowConfig(**{"network": network, "width": 8, "heads": 2, "steps": 3, **settings})
    return FlowActor(inputs=F, actions=A, config=config, horizon=H).double()


def features(count: int = B) -> Tensor:
    return torch.randn(count, F, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def drawn(number: int, *, seed: int) -> list[NDArray[np.float64]]:
    """The noise that an actor draws from a generator of this seed."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(B, H, A, generator=generator, dtype=torch.float64).numpy() for _ in range(number)]


def clean_of(actor: FlowActor, row: int, point: NDArray[np.float64], time: float) -> NDArray[np.float64]:
    """The prediction for one sample alone."""
    with torch.no_grad():
        prediction = actor.clean(
            features()[row : row + 1],
            noisy=torch.from_numpy(point)[None],
            time=torch.tensor([time], dtype=torch.float64),
        )
    return prediction[0].numpy()


@pytest.mark.parametrize("network", ["mlp", "transformer"])
def test_noisy_path_and_its_density_agree_with_a_loop_over_samples_and_steps(network: str) -> None:
    actor = make(network)
    std, steps = actor.config.noise_std, actor.config.steps
    chunk, log_density = actor.sample(features(), torch.Generator().manual_seed(7))
    assert chunk.shape == (B, H, A) and log_density.shape == (B,)
    start, *noises = drawn(1 + steps, seed=7)
    for row in range(B):
        point = start[row]
        expected = stats.norm.logpdf(point).sum()
        for step, noise in enumerate(noises):
            time = step / steps
            clean = clean_of(actor, row, point, time)
            speed = (clean - point) / (1 - time)
            drift = speed + std**2 / 2 * (time * speed - point) / (1 - time)
            moved = stats.norm(loc=point + drift / steps, scale=std / math.sqrt(steps))
            point = point + drift / steps + std / math.sqrt(steps) * noise[row]
            expected += moved.logpdf(point).sum()
        action = np.tanh(point)
        expected -= np.log(1 - action**2).sum()
        np.testing.assert_allclose(chunk[row].detach().numpy(), action, rtol=1e-9)
        assert float(log_density[row].detach()) == pytest.approx(expected, rel=1e-9)


def test_practice_follows_the_same_path_with_its_own_noise() -> None:
    actor = make(practice_noise_std=0.02)
    quiet = make(noise_std=0.02)
    torch.testing.assert_close(
        actor.explore(features(), torch.Generator().manual_seed(3)),
        quiet.sample(features(), torch.Generator().manual_seed(3))[0],
    )


@pytest.mark.parametrize("network", ["mlp", "transformer"])
def test_mode_agrees_with_a_loop_from_zero_noise(network: str) -> None:
    actor = make(network)
    found = actor.mode(features()).detach().numpy()
    for row in range(B):
        point = np.zeros((H, A))
        for step in range(actor.config.steps):
            time = step / actor.config.steps
            point = point + (clean_of(actor, row, point, time) - point) / (1 - time) / actor.config.steps
        np.testing.assert_allclose(found[row], np.tanh(point), rtol=1e-9)


def test_one_step_ends_in_the_prediction_from_the_start() -> None:
    actor = make(steps=1)
    start = torch.randn(B, H, A, dtype=torch.float64)
    clean = actor.clean(features(), noisy=start, time=torch.zeros(1, dtype=torch.float64))
    torch.testing.assert_close(actor.follow(features(), start=start), torch.tanh(clean))


@pytest.mark.parametrize("time", [0.0, 0.3, 0.75])
def test_score_is_the_gradient_of_the_log_density_around_the_clean_chunk(time: float) -> None:
    noisy, clean, delta = 0.7, -0.4, 1e-5
    marginal = stats.norm(loc=time * clean, scale=1 - time)
    expected = (marginal.logpdf(noisy + delta) - marginal.logpdf(noisy - delta)) / (2 * delta)
    arguments = {
        "clean": torch.tensor([clean], dtype=torch.float64),
        "noisy": torch.tensor([noisy], dtype=torch.float64),
        "time": torch.tensor([time], dtype=torch.float64),
    }
    assert float(score(**arguments)) == pytest.approx(expected, rel=1e-6)
    # The same as it stands in the literature, by the velocity.
    assert float(score(**arguments)) == pytest.approx(
        (time * float(velocity(**arguments)) - noisy) / (1 - time), rel=1e-9
    )


@pytest.mark.parametrize("noise_std", [1e-4, 0.3, 1.0])
def test_noise_leaves_the_distribution_of_a_linear_gaussian_flow_as_it_is(noise_std: float) -> None:
    """Of an affine map of a Gaussian, mean and variance are exact: no samples are needed."""
    errors = []
    for steps in (100, 200):
        network = LinearGaussian()
        mean, variance = 0.0, 1.0
        for step in range(steps):
            time = torch.tensor([step / steps], dtype=torch.float64)
            points = torch.tensor([0.0, 1.0], dtype=torch.float64)
            clean = network(points, time=time, context=points)
            drift = velocity(clean=clean, noisy=points, time=time)
            drift = drift + 0.5 * noise_std**2 * score(clean=clean, noisy=points, time=time)
            offset, end = (points + drift / steps).tolist()
            mean, variance = offset + (end - offset) * mean, (end - offset) ** 2 * variance + noise_std**2 / steps
        errors.append((abs(mean - MEAN), abs(math.sqrt(variance) - STD)))
    assert max(errors[0]) < 0.03
    assert errors[1][1] < 0.6 * errors[0][1]  # An Euler method's error falls with the step.


def test_samples_of_a_linear_gaussian_flow_are_distributed_as_its_data() -> None:
    actor = make(steps=50, noise_std=0.3)
    actor.network = LinearGaussian()
    chunk, _ = actor.sample(features(2000), torch.Generator().manual_seed(0))
    before_tanh = torch.atanh(chunk)
    assert float(before_tanh.mean()) == pytest.approx(MEAN, abs=0.01)
    assert float(before_tanh.std()) == pytest.approx(STD, abs=0.02)


def test_entropy_of_the_noise_is_that_of_sampled_paths() -> None:
    actor = make(noise_std=0.2)
    chunk, log_density = actor.sample(features(4000), torch.Generator().manual_seed(0))
    before_tanh = -log_density - torch.log(1 - chunk.square()).flatten(1).sum(dim=-1)
    found = noise_entropy(steps=3, noise_std=0.2, dimension=H * A)
    assert float(before_tanh.detach().mean()) == pytest.approx(found, abs=0.2)
    moves = 3 * stats.norm(scale=0.2 / math.sqrt(3)).entropy()
    assert found == pytest.approx(H * A * (stats.norm.entropy() + moves), rel=1e-9)


@pytest.mark.parametrize("network", ["mlp", "transformer"])
def test_gradient_through_a_path_agrees_with_finite_differences(network: str) -> None:
    actor = make(network)

    def sampled(inputs: Tensor) -> tuple[Tensor, Tensor]:
        return actor.sample(inputs, torch.Generator().manual_seed(3))

    assert torch.autograd.gradcheck(sampled, [features().requires_grad_()])


def test_imitation_agrees_with_a_loop_over_samples_steps_and_axes() -> None:
    actor = make()
    chunk = torch.rand(B, H, A, dtype=torch.float64) * 2 - 1
    weight = torch.tensor([[1.0, 1.0, 0.0, 0.0], [0.5, 0.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]], dtype=torch.float64)
    found = actor.imitation_loss(features(), chunk=chunk, weight=weight, generator=torch.Generator().manual_seed(5))
    generator = torch.Generator().manual_seed(5)
    noise = torch.randn(B, H, A, generator=generator, dtype=torch.float64).numpy()
    order = torch.randperm(B, generator=generator).tolist()
    within = torch.rand(B, generator=generator, dtype=torch.float64).tolist()
    times = [(place + share) / B for place, share in zip(order, within, strict=True)]
    total = 0.0
    for row in range(B):
        target = np.arctanh(np.clip(chunk[row].numpy(), -0.98, 0.98))
        clean = clean_of(actor, row, (1 - times[row]) * noise[row] + times[row] * target, times[row])
        for step in range(H):
            for axis in range(A):
                total += float(weight[row, step]) * (clean[step, axis] - target[step, axis]) ** 2 / A
    assert float(found.detach()) == pytest.approx(total / float(weight.sum()), rel=1e-9)


def test_gradient_of_imitation_agrees_with_finite_differences() -> None:
    actor = make("transformer")
    chunk = torch.rand(B, H, A, dtype=torch.float64) * 2 - 1
    weight = torch.tensor([[1.0, 1.0, 0.0, 0.0], [0.5, 0.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]], dtype=torch.float64)

    def loss(inputs: Tensor) -> Tensor:
        return actor.imitation_loss(inputs, chunk=chunk, weight=weight, generator=torch.Generator().manual_seed(5))

    assert torch.autograd.gradcheck(loss, [features().requires_grad_()])


def test_imitation_recovers_the_conditional_mean_of_two_gaussians() -> None:
    """With t drawn from [0, 1) the loss of the perfect predictor is the mean conditional variance of the data."""
    actor = make()
    actor.network = LinearGaussian()
    generator = torch.Generator().manual_seed(0)
    data = MEAN + STD * torch.randn(20000, H, A, generator=generator, dtype=torch.float64)
    # The network's times are (B,): bring them in line with (B, H, A).
    perfect = actor.network.forward
    actor.network.forward = lambda noisy, *, time, context: perfect(  # type: ignore[method-assign]
        noisy, time=time[:, None, None], context=context
    )
    found = actor.imitation_loss(
        features(20000), chunk=torch.tanh(data), weight=torch.ones(20000, H, dtype=torch.float64), generator=generator
    )
    times = (np.arange(10000) + 0.5) / 10000
    conditional = STD**2 * (1 - times) ** 2 / (times**2 * STD**2 + (1 - times) ** 2)
    assert float(found) == pytest.approx(conditional.mean(), rel=0.01)
