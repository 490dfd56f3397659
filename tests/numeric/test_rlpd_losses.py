"""RLPD's filtered imitation against a table worked by hand."""

from __future__ import annotations

import pytest
import torch

from user_learner.algorithms.rlpd.losses import filtered_cloning_loss

MODE = torch.tensor([[0.0, 0.0], [0.5, 0.5], [1.0, -1.0]])
DEMONSTRATED = torch.tensor([[1.0, 0.0], [0.5, -0.5], [0.0, 0.0]])
# Squared errors, mean over the two axes: 0.5, 0.5, 1.0.


@pytest.mark.parametrize(
    ("name", "mode_value", "demonstrated_value", "expected"),
    [
        ("demonstrator valued higher everywhere", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 2.0 / 3),
        ("actor valued higher everywhere", (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), 0.0),
        ("demonstrator valued higher in the last only", (1.0, 1.0, 0.0), (0.0, 0.5, 0.1), 1.0 / 3),
        ("equal values are no reason to imitate", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5), 0.0),
    ],
)
def test_only_actions_valued_higher_are_imitated(
    name: str, mode_value: tuple[float, ...], demonstrated_value: tuple[float, ...], expected: float
) -> None:
    loss = filtered_cloning_loss(
        mode=MODE,
        demonstrated=DEMONSTRATED,
        mode_value=torch.tensor(mode_value),
        demonstrated_value=torch.tensor(demonstrated_value),
    )
    assert float(loss) == pytest.approx(expected), name


def test_gradient_leads_to_the_demonstrated_action() -> None:
    mode = MODE.clone().requires_grad_(True)
    filtered_cloning_loss(
        mode=mode, demonstrated=DEMONSTRATED, mode_value=torch.zeros(3), demonstrated_value=torch.tensor([1.0, 1.0, -1.0])
    ).backward()
    assert mode.grad is not None
    torch.testing.assert_close(mode.grad, torch.stack([MODE[0] - DEMONSTRATED[0], MODE[1] - DEMONSTRATED[1], torch.zeros(2)]) / 3)
