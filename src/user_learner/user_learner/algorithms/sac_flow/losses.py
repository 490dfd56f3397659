"""What SAC-Flow knows about the density of a noisy path."""

from __future__ import annotations

import math


def noise_entropy(*, steps: int, noise_std: float, dimension: int) -> float:
    """Returns the entropy in nats of a path before the tanh: arXiv:2509.25756, section 4.3.

    A path is a standard Gaussian start and `steps` Gaussian moves of variance noise_std² / steps, each around a mean
    that depends on the path so far. Its entropy is the sum of theirs: no weights change it.

    Args:
        steps: K, Euler steps.
        noise_std: Of the whole path.
        dimension: H·A, numbers in a chunk.
    """
    unit_gaussian = 0.5 * math.log(2.0 * math.pi * math.e)
    move = unit_gaussian + math.log(noise_std / math.sqrt(steps))
    return dimension * (unit_gaussian + steps * move)
