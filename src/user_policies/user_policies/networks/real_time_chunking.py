"""Real-time chunking: a flow draws a chunk that continues the one being executed (arXiv:2506.07339, section 4)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from user_core.types import ChunkPrefix

MAX_GUIDANCE = 5.0
"""beta of equation 2: without it each step would lead all the way to the prefix, from whatever noise.

At tau = 0 the noise says nothing yet of the end of its path, and beta times no slope is no guidance.
"""
_LEAST_SLOPE = 0.01
"""Of that of actions N(0, 1), as of a standard deviation of 0.1: less is a policy that leaves no choice."""
_TINY = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class PrefixBatch:
    """What B chunks are to continue.

    Attributes:
        target: (B, H, A) actions of the chunks before, in [-1, 1]; 0 where there are none.
        weight: (B, H) how much each is to be kept, in [0, 1]: 1 = frozen, 0 = free.
    """

    target: Tensor
    weight: Tensor

    def to(self, device: torch.device) -> PrefixBatch:
        """Returns the same on a device."""
        return PrefixBatch(target=self.target.to(device), weight=self.weight.to(device))


def soft_mask(*, horizon: int, overlap: int, frozen: int) -> Tensor:
    """Returns the weights (H,) of equation 5: 1 for frozen steps, falling over the rest of the overlap, 0 behind it.

    Args:
        horizon: H.
        overlap: H - s in the paper: steps from the first on that the chunk before has too.
        frozen: d: steps that will have been executed when the chunk arrives.
    """
    steps = torch.arange(horizon, dtype=torch.float64)
    c = (overlap - steps) / (overlap - frozen + 1)
    falling = c * torch.expm1(c) / math.expm1(1.0)
    return torch.where(steps < frozen, 1.0, torch.where(steps < overlap, falling, 0.0)).float()


def stack_prefixes(prefixes: Sequence[ChunkPrefix | None], *, horizon: int, actions: int) -> PrefixBatch:
    """Returns the prefixes of B chunks (H, A) as one; a chunk that continues nothing has weight 0 throughout."""
    target = np.zeros((len(prefixes), horizon, actions), np.float32)
    weight = torch.zeros(len(prefixes), horizon)
    for row, prefix in enumerate(prefixes):
        if prefix is not None:
            overlap = min(len(prefix.values), horizon)
            target[row, :overlap] = prefix.values[:overlap]
            weight[row] = soft_mask(horizon=horizon, overlap=overlap, frozen=min(prefix.frozen, overlap))
    return PrefixBatch(target=torch.from_numpy(target), weight=weight)


def guided_velocity(velocity: Callable[[Tensor], Tensor], noisy: Tensor, *, time: float, prefix: PrefixBatch) -> Tensor:
    """Returns the velocity (B, H, A) that leads to chunks which continue the prefix.

    The direction is that of equation 2, the weighted error of the predicted end (equation 3) through its Jacobian. The
    weight of equations 2 and 4 is right for actions N(0, 1), whose Jacobian is `unit_slope`; of actions that spread
    less, or more, the end moves less or more with the noise. So it is taken relative to the slope that is found: the
    same for such actions, and for others neither without effect nor beyond the aim.

    Args:
        velocity: The flow's velocity (B, H, A) at this time, from noise at time 0 to actions at time 1.
        noisy: (B, H, A) the chunks on their way, A^tau.
        time: tau in [0, 1).
        prefix: Its target in the space in which the flow moves.
    """
    with torch.enable_grad():
        noisy = noisy.detach().requires_grad_()
        drift = velocity(noisy)
        clean = noisy + (1 - time) * drift  # (B, H, A), equation 3
        error = ((prefix.target - clean) * prefix.weight[..., None]).detach()
        (direction,) = torch.autograd.grad(clean, noisy, grad_outputs=error)
    slope = _norm(direction) / _norm(error).clamp(min=_TINY)  # (B, 1, 1)
    unit = unit_slope(time)
    share = unit / slope.clamp(min=max(_LEAST_SLOPE * unit, _TINY))
    return drift.detach() + guidance_weight(time) * share * direction


def guidance_weight(time: float) -> float:
    """Returns min(beta, (1 - tau) / (tau r^2)) with r^2 = (1 - tau)^2 / (tau^2 + (1 - tau)^2): equations 2 and 4."""
    if time <= 0:
        return MAX_GUIDANCE
    return min(MAX_GUIDANCE, (time**2 + (1 - time) ** 2) / (time * (1 - time)))


def unit_slope(time: float) -> float:
    """Returns how much the end of a path moves with a point of it, of actions N(0, 1): tau / (tau^2 + (1 - tau)^2)."""
    return time / (time**2 + (1 - time) ** 2)


def _norm(chunks: Tensor) -> Tensor:
    """Return the norm of each chunk, (B, H, A) -> (B, 1, 1)."""
    return chunks.square().sum(dim=(1, 2), keepdim=True).sqrt()
