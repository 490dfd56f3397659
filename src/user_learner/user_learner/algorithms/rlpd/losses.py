"""What RLPD may add to SAC's actor loss: imitation of the demonstrated half of a batch."""

from __future__ import annotations

from torch import Tensor


def cloning_loss(*, mode: Tensor, demonstrated: Tensor) -> Tensor:
    """Returns the mean squared error to the demonstrated actions: arXiv:2106.06860, equation 3, its second term.

    Critics that have seen little value what nobody has tried; this holds the actor at what is known to work until they
    know better. With own successes among the demonstrations it pulls towards the newest of them as well.

    Args:
        mode: (B, A) of the actor at demonstrated observations.
        demonstrated: (B, A) what was done there.
    """
    return (mode - demonstrated).square().mean()
