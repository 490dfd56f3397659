"""Chunk after chunk of a flow that is known exactly: what jumps where they meet, and what blending makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor

from user_core.types import ChunkPrefix, StateArray
from user_policies.blending.registry import make_blender
from user_policies.networks.real_time_chunking import guided_velocity, stack_prefixes

H, A, EXECUTE, FROZEN, CHUNKS = 12, 2, 7, 3, 40
PHASES = torch.arange(64) * 2 * math.pi / 64
WAVES = 0.3 * torch.sin(PHASES[:, None] + 2 * math.pi * torch.arange(H) / 24)
"""(64, H): the chunks of one axis; each axis of the flow ends in any of them."""


def velocity(noisy: Tensor, time: float) -> Tensor:
    """The exact velocity (B, H, A) of a flow to the waves: E[x_1 | x_t] is their mean, weighted by likelihood."""
    distance = (noisy[:, None] - time * WAVES[None, :, :, None]).square().sum(dim=2)  # (B, 64, A)
    weight = torch.softmax(-distance / (2 * (1 - time) ** 2), dim=1)
    end = torch.einsum("bna,nh->bha", weight, WAVES)
    return (end - noisy) / (1 - time)


def draw(generator: torch.Generator, *, prefix: ChunkPrefix | None, steps: int) -> StateArray:
    """Draw a chunk (H, A), guided where there is a prefix."""
    chunk = torch.randn(1, H, A, generator=generator)
    batch = stack_prefixes([prefix], horizon=H, actions=A)
    for index in range(steps):
        time = index / steps
        chunk = chunk + guided_velocity(partial(velocity, time=time), chunk, time=time, prefix=batch) / steps
    return chunk[0].numpy()


@dataclass(frozen=True, kw_only=True, eq=False)
class Acting:
    """Of many chunks: the largest change of any axis within each, where they meet, and how far each is from a wave."""

    within: StateArray
    between: StateArray
    strayed: StateArray


def distance_to_waves(chunk: StateArray) -> float:
    """The mean distance of each axis of a chunk (H, A) to the wave next to it: the flow knows nothing else."""
    return float(np.abs(WAVES.numpy()[:, :, None] - chunk).mean(axis=1).min(axis=0).mean())


def act(blending: str, *, steps: int) -> Acting:
    """Act for many chunks."""
    blender, generator = make_blender(blending), torch.Generator().manual_seed(0)
    old = draw(generator, prefix=None, steps=steps)
    within: list[float] = []
    between: list[float] = []
    strayed: list[float] = []
    for _ in range(CHUNKS):
        prefix = ChunkPrefix(values=old[EXECUTE - FROZEN :], frozen=FROZEN)
        new = draw(generator, prefix=prefix if blender.conditions else None, steps=steps)
        new = blender.blend(new, prefix=prefix)
        executed = np.concatenate([prefix.values[:FROZEN], new[FROZEN:EXECUTE]])
        change = np.abs(np.diff(executed, axis=0)).max(axis=1)
        between.append(change[FROZEN - 1])
        within += [*change[: FROZEN - 1], *change[FROZEN:]]
        strayed.append(distance_to_waves(new))
        old = new
    return Acting(within=np.array(within), between=np.array(between), strayed=np.array(strayed))


def test_chunks_jump_where_nothing_joins_them() -> None:
    acting = act("none", steps=8)
    assert acting.between.mean() > 2 * acting.within.mean()
    assert acting.between.max() > 2 * acting.within.max()


@pytest.mark.parametrize("steps", [4, 8])
@pytest.mark.parametrize("blending", ["ensembling", "real_time"])
def test_blended_chunks_change_no_more_where_they_meet_than_within(blending: str, steps: int) -> None:
    acting = act(blending, steps=steps)
    assert acting.between.mean() <= acting.within.mean()
    assert acting.between.max() <= acting.within.max()


@pytest.mark.parametrize("steps", [4, 8])
def test_what_continues_a_chunk_is_a_motion_that_the_flow_knows_more_than_an_average_of_two_is(steps: int) -> None:
    continued, averaged = (act(blending, steps=steps).strayed.mean() for blending in ("real_time", "ensembling"))
    assert continued < 0.7 * averaged


def test_a_guided_chunk_is_near_what_it_continues_before_anything_is_blended() -> None:
    generator = torch.Generator().manual_seed(1)
    old = draw(generator, prefix=None, steps=8)
    prefix = ChunkPrefix(values=old[4:], frozen=4)
    errors = [
        np.mean([np.abs(draw(generator, prefix=one, steps=8)[:4] - old[4:8]).mean() for _ in range(20)])
        for one in (prefix, None)
    ]
    assert errors[0] < 0.5 * errors[1]
