"""SAC's losses against tables worked by hand, and what each of them may move."""

from __future__ import annotations

import math

import pytest
import torch

from user_learner.algorithms.sac import losses
from user_learner.algorithms.temperature import Temperature
from user_learner.replay.batch import Batch

VALUES = torch.tensor([[1.0, -2.0], [3.0, -4.0], [2.0, 5.0]], dtype=torch.float64)  # (N = 3, B = 2)


def test_minimum_is_over_the_chosen_critics_only() -> None:
    assert losses.subset_minimum(VALUES, members=torch.tensor([0, 2])).tolist() == [1.0, -2.0]
    assert losses.subset_minimum(VALUES, members=torch.tensor([2])).tolist() == [2.0, 5.0]
    assert losses.subset_minimum(VALUES, members=torch.tensor([1, 2, 0])).tolist() == [1.0, -4.0]


@pytest.mark.parametrize(
    ("name", "reward", "bootstrap", "next_value", "expected"),
    [
        ("middle of an episode", 0.5, 0.97, 10.0, 10.2),
        ("terminated: nothing follows", 1.0, 0.0, 10.0, 1.0),
        ("truncated: bootstraps all the same", 0.0, 0.97, 10.0, 9.7),
    ],
)
def test_value_target(name: str, reward: float, bootstrap: float, next_value: float, expected: float) -> None:
    target = losses.value_target(
        reward=torch.tensor([reward]), bootstrap=torch.tensor([bootstrap]), next_value=torch.tensor([next_value])
    )
    assert float(target) == pytest.approx(expected, rel=1e-6), name


def test_no_target_exceeds_the_largest_return() -> None:
    given = {"reward": torch.tensor([1.0, 0.0, 0.0]), "bootstrap": torch.tensor([0.9, 0.9, 0.9])}
    target = losses.value_target(**given, next_value=torch.tensor([2.0, 2.0, 0.5]), largest=1.0)
    torch.testing.assert_close(target, torch.tensor([1.0, 1.0, 0.45]))


def test_no_gradient_flows_into_the_target() -> None:
    next_value = torch.tensor([1.0], requires_grad=True)
    target = losses.value_target(reward=torch.ones(1), bootstrap=torch.ones(1), next_value=next_value)
    assert not target.requires_grad


def test_soft_value_counts_entropy() -> None:
    value = losses.soft_value(
        value=torch.tensor([2.0]), log_density=torch.tensor([-1.5]), temperature=torch.tensor(0.2)
    )
    assert float(value) == pytest.approx(2.3)


def test_critic_loss_is_the_mean_over_critics_and_samples() -> None:
    # Errors (1, -2), (3, -4), (2, 5) minus (1, 1): squares 0, 9, 4, 25, 1, 16.
    assert float(losses.critic_loss(values=VALUES, target=torch.ones(2), weight=torch.ones(2))) == pytest.approx(55 / 6)


def test_critic_loss_is_the_mean_over_the_samples_that_weigh() -> None:
    weight = torch.tensor([0.0, 1.0])
    found = losses.critic_loss(values=VALUES, target=torch.ones(2), weight=weight)
    assert float(found) == pytest.approx((9 + 25 + 16) / 3)


@pytest.mark.parametrize("count", [2, 8, 256])
def test_a_batch_in_which_no_sample_weighs_changes_no_critic(count: int) -> None:
    values = torch.randn(10, count, generator=torch.Generator().manual_seed(0), requires_grad=True)
    found = losses.critic_loss(values=values, target=torch.ones(count), weight=torch.zeros(count))
    (gradient,) = torch.autograd.grad(found, values)
    assert float(found.detach()) == 0.0
    assert torch.equal(gradient, torch.zeros(10, count))


@pytest.mark.parametrize("count", [2, 49, 256])
def test_where_all_samples_weigh_loss_and_gradient_are_those_of_a_plain_mean_to_the_bit(count: int) -> None:
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(10, count, generator=generator, requires_grad=True)
    target = torch.randn(count, generator=generator)
    plain = (values - target).square().mean()
    found = losses.critic_loss(values=values, target=target, weight=torch.ones(count))
    assert torch.equal(found, plain)
    assert torch.equal(*(torch.autograd.grad(loss, values)[0] for loss in (found, plain)))


def test_shares_of_a_batch_add_up_to_the_loss_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(3, 6, generator=generator, dtype=torch.float64)
    target = torch.randn(6, generator=generator, dtype=torch.float64)
    weight = torch.tensor([1.0, 0.0, 1.0, 0.0, 1.0, 1.0], dtype=torch.float64)  # three in one share, one in the other
    whole = losses.critic_loss(values=values, target=target, weight=weight)
    monkeypatch.setattr(losses, "mean_over_processes", lambda share: weight.sum() / 2)
    shares = [
        losses.critic_loss(values=values[:, rows], target=target[rows], weight=weight[rows])
        for rows in (slice(0, None, 2), slice(1, None, 2))
    ]
    torch.testing.assert_close(sum(shares) / 2, whole)


@pytest.mark.parametrize(
    ("name", "steps", "bootstrap", "weight"),
    [
        ("whole", 3, 0.7, 1.0),
        ("whole, and the last step terminated", 3, 0.0, 1.0),
        ("terminated on the way", 1, 0.0, 1.0),
        ("cut short by a time limit", 2, 0.8, 0.0),
        ("cut short after its first step", 1, 0.9, 0.0),
    ],
)
def test_a_chunk_that_was_cut_short_says_nothing_of_its_worth(
    name: str, steps: int, bootstrap: float, weight: float
) -> None:
    batch = Batch(
        observation=torch.zeros(1, 1),
        action=torch.zeros(1, 3, 2),
        within=torch.arange(3)[None] < steps,
        by_person=torch.zeros(1, 3, dtype=torch.bool),
        reward=torch.ones(1),
        bootstrap=torch.tensor([bootstrap]),
        next_observation=torch.zeros(1, 1),
        is_demonstration=torch.zeros(1, dtype=torch.bool),
    )
    assert losses.valued_samples(batch).tolist() == [weight], name


def test_actor_loss_takes_the_mean_of_the_critics() -> None:
    # Means of the critics 2 and -1/3; alpha log pi 0.1 · (-3) and 0.1 · 1.
    found = losses.actor_loss(values=VALUES, log_density=torch.tensor([-3.0, 1.0]), temperature=torch.tensor(0.1))
    assert float(found) == pytest.approx(((-0.3 - 2.0) + (0.1 + 1 / 3)) / 2)


def test_actor_loss_does_not_move_the_temperature() -> None:
    temperature = torch.tensor(0.1, requires_grad=True)
    loss = losses.actor_loss(values=VALUES, log_density=torch.ones(2, requires_grad=True), temperature=temperature)
    loss.backward()
    assert temperature.grad is None


@pytest.mark.parametrize(("log_density", "direction"), [(4.0, 1), (3.0, 0), (2.0, -1)])
def test_temperature_rises_when_entropy_is_below_its_target(log_density: float, direction: int) -> None:
    temperature = torch.tensor(0.1, requires_grad=True)
    densities = torch.tensor([log_density], requires_grad=True)
    loss = losses.temperature_loss(temperature=temperature, log_density=densities, target_entropy=-3.0)
    loss.backward()
    assert temperature.grad is not None
    assert float(temperature.grad) == pytest.approx(-(log_density - 3.0))
    assert int(torch.sign(-temperature.grad)) == direction
    assert densities.grad is None


@pytest.mark.parametrize("initial", [1e-6, 0.01, 0.05, 1.0, 5.0])
def test_temperature_begins_where_it_is_told_to(initial: float) -> None:
    temperature = Temperature(initial=initial)
    assert float(temperature().detach()) == pytest.approx(initial, rel=1e-4)
    assert float(temperature.raw.detach()) == pytest.approx(math.log(math.expm1(initial)), rel=1e-6)
