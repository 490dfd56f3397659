"""RLPD's imitation against a table worked by hand."""

from __future__ import annotations

import pytest
import torch

from user_learner.algorithms.rlpd.losses import cloning_loss

MODE = torch.tensor([[0.0, 0.0], [0.5, 0.5], [1.0, -1.0]], dtype=torch.float64)
DEMONSTRATED = torch.tensor([[1.0, 0.0], [0.5, -0.5], [0.0, 0.0]], dtype=torch.float64)
# Squared errors, mean over the two axes: 0.5, 0.5, 1.0.


def test_loss_is_the_mean_over_samples_and_axes() -> None:
    assert float(cloning_loss(mode=MODE, demonstrated=DEMONSTRATED)) == pytest.approx(2.0 / 3)
    assert float(cloning_loss(mode=DEMONSTRATED, demonstrated=DEMONSTRATED)) == 0.0


def test_gradient_leads_to_the_demonstrated_action() -> None:
    mode = MODE.clone().requires_grad_(True)
    cloning_loss(mode=mode, demonstrated=DEMONSTRATED).backward()
    torch.testing.assert_close(mode.grad, (MODE - DEMONSTRATED) / 3)
    assert torch.autograd.gradcheck(lambda x: cloning_loss(mode=x, demonstrated=DEMONSTRATED), [mode])
