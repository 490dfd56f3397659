"""Chunks that continue those before them, against a float64 loop over samples and Euler steps, Jacobians in full."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from user_policies.networks.flow_actor import FlowActor
from user_policies.networks.flow_config import FlowConfig
from user_policies.networks.real_time_chunking import PrefixBatch, guidance_weight, soft_mask, unit_slope

B, H, A, F, STEPS = 3, 5, 2, 4, 4
LARGEST = 0.9


def make(network: str) -> FlowActor:
    torch.manual_seed(0)
    config = FlowConfig(network=network, width=8, heads=2, steps=STEPS, practice_noise_std=0.3, largest_action=LARGEST)
    return FlowActor(inputs=F, actions=A, config=config, horizon=H).double()


def features() -> Tensor:
    return torch.randn(B, F, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def prefix() -> PrefixBatch:
    """Of three robots: two overlaps, one with actions beyond what the flow is taught, and none."""
    target = torch.rand(B, H, A, dtype=torch.float64, generator=torch.Generator().manual_seed(2)) * 2 - 1
    target[0, 0] = torch.tensor([1.0, -0.97])
    weight = torch.zeros(B, H, dtype=torch.float64)
    weight[0] = soft_mask(horizon=H, overlap=4, frozen=2)
    weight[1] = soft_mask(horizon=H, overlap=3, frozen=1)
    return PrefixBatch(target=target, weight=weight)


def end_and_slope(
    actor: FlowActor, row: int, point: NDArray[np.float64], time: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the flow would end from a point, (H·A,), and how that moves with the point, (H·A, H·A)."""

    def end(flat: Tensor) -> Tensor:
        at = torch.tensor([time], dtype=torch.float64)
        return actor.clean(features()[row : row + 1], noisy=flat.reshape(1, H, A), time=at).flatten()

    flat = torch.from_numpy(point.flatten())
    slope = torch.autograd.functional.jacobian(end, flat)
    assert isinstance(slope, Tensor)
    return end(flat).detach().numpy(), slope.numpy()


def guided_move(actor: FlowActor, row: int, point: NDArray[np.float64], time: float) -> NDArray[np.float64]:
    """Equation 2 of arXiv:2506.07339 before the tanh, the size of its step relative to the slope, (H, A)."""
    clean, slope = end_and_slope(actor, row, point, time)
    speed = (clean - point.flatten()) / (1 - time)
    aim = np.arctanh(np.clip(prefix().target[row].numpy(), -LARGEST, LARGEST)).flatten()
    error = (aim - clean) * np.repeat(prefix().weight[row].numpy(), A)
    direction = error @ slope
    if not error.any() or time == 0:
        return speed.reshape(H, A)
    found = float(np.linalg.norm(direction)) / float(np.linalg.norm(error))
    share = unit_slope(time) / max(found, 0.01 * unit_slope(time))
    return (speed + guidance_weight(time) * share * direction).reshape(H, A)


@pytest.mark.parametrize("network", ["mlp", "transformer"])
@pytest.mark.parametrize("deterministic", [True, False])
def test_a_continued_chunk_agrees_with_a_loop(network: str, deterministic: bool) -> None:
    actor = make(network)
    found = actor.continue_chunk(
        features(), prefix=prefix(), deterministic=deterministic, generator=torch.Generator().manual_seed(7)
    )
    generator = torch.Generator().manual_seed(7)
    start, *noises = [torch.randn(B, H, A, generator=generator, dtype=torch.float64).numpy() for _ in range(1 + STEPS)]
    std = actor.config.practice_noise_std
    for row in range(B):
        point = np.zeros((H, A)) if deterministic else start[row]
        for step, noise in enumerate(noises):
            time = step / STEPS
            move = guided_move(actor, row, point, time)
            if not deterministic:
                end = point + (1 - time) * move
                move = move + std**2 / 2 * (time * end - point) / (1 - time) ** 2
            point = point + move / STEPS
            if not deterministic:
                point = point + std / math.sqrt(STEPS) * noise[row]
        np.testing.assert_allclose(found[row].detach().numpy(), np.tanh(point), rtol=1e-7, err_msg=f"row {row}")


@pytest.mark.parametrize("network", ["mlp", "transformer"])
def test_a_chunk_that_continues_nothing_is_what_the_actor_would_do_anyway(network: str) -> None:
    actor = make(network)
    free = PrefixBatch(target=prefix().target, weight=torch.zeros(B, H, dtype=torch.float64))
    torch.testing.assert_close(
        actor.continue_chunk(features(), prefix=free, deterministic=True), actor.mode(features())
    )
    explored = [torch.Generator().manual_seed(3) for _ in range(2)]
    torch.testing.assert_close(
        actor.continue_chunk(features(), prefix=free, deterministic=False, generator=explored[0]),
        actor.explore(features(), explored[1]),
    )
