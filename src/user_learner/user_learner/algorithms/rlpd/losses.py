"""What RLPD may add to SAC's losses: imitation where the critics say that the demonstrator did better."""

from __future__ import annotations

from torch import Tensor


def filtered_cloning_loss(*, mode: Tensor, demonstrated: Tensor, mode_value: Tensor, demonstrated_value: Tensor) -> Tensor:
    """Returns the squared error to the demonstrated actions that are valued higher: arXiv:1709.10089, equation 5.

    The filter is what lets practice surpass the demonstrator: an action that the critics value less is not imitated.

    Args:
        mode: (B, A) of the actor at demonstrated observations.
        demonstrated: (B, A) what the demonstrator did there.
        mode_value: (B,) value of what the actor does, a constant.
        demonstrated_value: (B,) value of what the demonstrator did, a constant.
    """
    better = (demonstrated_value > mode_value).to(mode.dtype)  # (B,)
    return (better * (mode - demonstrated).square().mean(dim=-1)).mean()
