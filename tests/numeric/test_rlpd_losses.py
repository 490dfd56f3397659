"""RLPD's imitation, and the squared error behind it, against tables worked by hand."""

from __future__ import annotations

import pytest
import torch

from user_learner.algorithms.rlpd.losses import cloned_steps, cloning_loss
from user_learner.replay.batch import Batch
from user_policies.networks.actor import weighted_mean
from user_policies.networks.gaussian_actor import GaussianActor

# (B, H, A) = (2, 3, 2): squared errors whose means over the axes are 0.5, 0, 1 and 2, 4, 6.
ERRORS = torch.tensor([[[1.0, 0.0], [0.0, 0.0], [1.0, 1.0]], [[2.0, 2.0], [4.0, 4.0], [5.0, 7.0]]], dtype=torch.float64)


def test_mean_is_over_axes_and_weighted_steps() -> None:
    everything = torch.ones(2, 3, dtype=torch.float64)
    assert float(weighted_mean(ERRORS, weight=everything)) == pytest.approx(13.5 / 6)
    some = torch.tensor([[1.0, 0.0, 0.0], [1.0, 0.5, 0.0]], dtype=torch.float64)
    assert float(weighted_mean(ERRORS, weight=some)) == pytest.approx((0.5 + 2.0 + 0.5 * 4.0) / 2.5)
    assert float(weighted_mean(ERRORS, weight=torch.zeros(2, 3))) == 0.0


def test_only_the_demonstrated_samples_count() -> None:
    torch.manual_seed(0)
    actor = GaussianActor(inputs=4, actions=2, hidden_sizes=(8,), log_std_min=-5, log_std_max=1, horizon=3).double()
    features = torch.randn(5, 4, dtype=torch.float64)
    action = torch.rand(5, 3, 2, dtype=torch.float64) * 2 - 1
    within = torch.ones(5, 3, dtype=torch.bool)
    within[4, 1:] = False
    batch = Batch(
        observation=features,
        action=action,
        within=within,
        by_person=within,
        reward=torch.zeros(5),
        bootstrap=torch.zeros(5),
        next_observation=features,
        is_demonstration=torch.tensor([False, True, False, False, True]),
    )
    mode = actor.mode(features)
    errors = (mode - action).square()
    by_hand = (errors[1].mean(dim=-1).sum() + errors[4, 0].mean()) / 4
    torch.testing.assert_close(cloning_loss(actor, features=features, batch=batch), by_hand)


def test_a_chunk_is_cloned_until_its_hands_change() -> None:
    by_person = torch.tensor([[1, 1, 0, 1], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1]], dtype=torch.bool)
    within = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 1, 1]], dtype=torch.bool)
    features = torch.zeros(5, 4)
    batch = Batch(
        observation=features,
        action=torch.zeros(5, 4, 2),
        within=within,
        by_person=by_person,
        reward=torch.zeros(5),
        bootstrap=torch.zeros(5),
        next_observation=features,
        is_demonstration=torch.ones(5, dtype=torch.bool),
    )
    expected = [[1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]]
    assert cloned_steps(batch).tolist() == expected


def test_gradient_leads_to_the_demonstrated_chunk() -> None:
    torch.manual_seed(0)
    actor = GaussianActor(inputs=4, actions=2, hidden_sizes=(8,), log_std_min=-5, log_std_max=1, horizon=3).double()
    features = torch.randn(2, 4, dtype=torch.float64, requires_grad=True)
    chunk = torch.rand(2, 3, 2, dtype=torch.float64) * 2 - 1
    weight = torch.tensor([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]], dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda x: actor.imitation_loss(x, chunk=chunk, weight=weight), [features])
