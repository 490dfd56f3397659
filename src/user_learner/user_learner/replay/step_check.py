"""What a step must hold to be learned from."""

from __future__ import annotations

import numpy as np

from user_core.errors import InvalidRecordError
from user_core.types import Transition


def check_step(transition: Transition, *, action_dim: int) -> None:
    """Raise InvalidRecordError unless action, reward and discount of a record before T are numbers that make sense."""
    action = transition.executed_action
    if action.shape != (action_dim,) or not np.all(np.isfinite(action)):
        raise InvalidRecordError(
            what="the executed action", value=action.tolist(), allowed=f"{action_dim} finite numbers"
        )
    if not np.isfinite(transition.reward) or not 0 <= transition.discount <= 1:
        raise InvalidRecordError(
            what="reward and discount",
            value=(transition.reward, transition.discount),
            allowed="a finite reward and a discount in [0, 1]",
        )
