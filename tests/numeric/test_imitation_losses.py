"""Imitation and doubt against loops and tables worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from user_learner.algorithms.bc.losses import imitated_steps, learning_rate
from user_learner.algorithms.hg_dagger import losses as hg_dagger_losses
from user_learner.algorithms.hg_dagger.losses import doubt, doubt_threshold, ensemble_loss
from user_learner.replay.batch import Batch

BATCH, HORIZON, ACTIONS, MEMBERS = 5, 4, 3, 6


def batch_of(*, within: torch.Tensor, by_person: torch.Tensor, is_demonstration: torch.Tensor) -> Batch:
    nothing = torch.zeros(BATCH)
    return Batch(
        observation=torch.zeros(BATCH, 1),
        action=torch.zeros(BATCH, HORIZON, ACTIONS),
        within=within,
        by_person=by_person,
        reward=nothing,
        bootstrap=nothing,
        next_observation=torch.zeros(BATCH, 1),
        is_demonstration=is_demonstration,
    )


def test_imitated_are_demonstrations_and_a_persons_own_steps_until_they_let_go() -> None:
    generator = torch.Generator().manual_seed(0)
    within, by_person = (torch.rand(2, BATCH, HORIZON, generator=generator) < 0.7).unbind()
    shown = torch.tensor([True, False, True, False, False])
    found = imitated_steps(batch_of(within=within, by_person=by_person, is_demonstration=shown))
    for sample in range(BATCH):
        for step in range(HORIZON):
            wanted = all(
                bool(within[sample, earlier]) and (bool(shown[sample]) or bool(by_person[sample, earlier]))
                for earlier in range(step + 1)
            )
            assert found[sample, step] == float(wanted)


def test_what_a_person_does_after_a_mistake_within_the_chunk_is_not_imitated_before_it() -> None:
    by_person = torch.tensor([[True, False, True, True], [False, True, True, True]] + [[True] * 4] * 3)
    everything = torch.ones(BATCH, HORIZON, dtype=torch.bool)
    found = imitated_steps(batch_of(within=everything, by_person=by_person, is_demonstration=torch.zeros(BATCH) > 0))
    assert found[:3].tolist() == [[1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1]]


@pytest.mark.parametrize(
    ("update", "warm_up", "cosine", "share"),
    [(0, 0, 0, 1.0), (900, 0, 0, 1.0), (0, 4, 0, 0.25), (3, 4, 0, 1.0), (4, 4, 100, 1.0), (54, 4, 100, 0.5)]
    + [(29, 4, 100, (1 + math.sqrt(0.5)) / 2), (104, 4, 100, 0.0), (9999, 4, 100, 0.0)],
)
def test_step_size_rises_and_falls(update: int, warm_up: int, cosine: int, share: float) -> None:
    found = learning_rate(update, peak=0.2, warm_up=warm_up, cosine=cosine)
    assert found == pytest.approx(0.2 * share, abs=1e-12)


def test_doubt_is_the_norm_of_the_diagonal_of_the_covariance() -> None:
    actions = torch.randn(MEMBERS, BATCH, ACTIONS, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    found = doubt(actions)
    for sample in range(BATCH):
        covariance = np.cov(actions[:, sample].numpy(), rowvar=False)
        assert float(found[sample]) == pytest.approx(np.linalg.norm(np.diag(covariance)), rel=1e-12)
    assert doubt(actions[:1].expand(MEMBERS, -1, -1)).abs().max() < 1e-12


@pytest.mark.parametrize(
    ("doubts", "threshold"),
    [([4.0], 4.0), ([1.0, 2.0], 2.0), ([9.0, 9.0, 9.0, 1.0], 1.0), ([0.0] * 6 + [2.0, 4.0], 3.0)],
)
def test_threshold_is_the_mean_over_the_last_quarter_of_take_overs(doubts: list[float], threshold: float) -> None:
    assert doubt_threshold(doubts) == threshold


def test_without_a_take_over_there_is_no_threshold() -> None:
    assert math.isnan(doubt_threshold([]))


def test_each_member_learns_from_its_own_samples() -> None:
    generator = torch.Generator().manual_seed(2)
    actions = torch.randn(MEMBERS, BATCH, ACTIONS, generator=generator, dtype=torch.float64)
    target = torch.randn(BATCH, ACTIONS, generator=generator, dtype=torch.float64)
    weight = (torch.rand(MEMBERS, BATCH, generator=generator) < 0.5).to(torch.float64)
    weight[0] = 0.0
    expected = 0.0
    for member in range(MEMBERS):
        seen = [sample for sample in range(BATCH) if weight[member, sample]]
        errors = [float((actions[member, sample] - target[sample]).square().mean()) for sample in seen]
        expected += sum(errors) / max(1, len(errors))
    assert float(ensemble_loss(actions, target=target, weight=weight)) == pytest.approx(expected, rel=1e-12)


def test_shares_of_a_batch_add_up_to_the_whole_however_little_a_member_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = torch.Generator().manual_seed(3)
    actions = torch.randn(MEMBERS, 4, ACTIONS, generator=generator, dtype=torch.float64, requires_grad=True)
    target = torch.randn(4, ACTIONS, generator=generator, dtype=torch.float64)
    weight = torch.zeros(MEMBERS, 4, dtype=torch.float64)
    weight[0, 1] = weight[1, :2] = weight[2] = 1.0  # one sample, one in each share, all, and none
    (whole,) = torch.autograd.grad(ensemble_loss(actions, target=target, weight=weight), actions)
    monkeypatch.setattr(hg_dagger_losses, "mean_over_processes", lambda share: weight.sum(dim=-1) / 2)
    shared = torch.zeros_like(actions)
    for rows in (slice(0, None, 2), slice(1, None, 2)):
        loss = ensemble_loss(actions[:, rows], target=target[rows], weight=weight[:, rows])
        shared += torch.autograd.grad(loss, actions)[0] / 2
    torch.testing.assert_close(shared, whole)
