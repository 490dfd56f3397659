"""Windows of actions: what was done from a step on, along proved successors only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, eq=False)
class ActionWindows:
    """For B starting rows, H steps each.

    Attributes:
        rows: (B, H) row of each step; the last one there is repeated beyond the end of an episode.
        actions: (B, H, A) executed actions, zero beyond the end.
        within: (B, H) whether the step is there and has an action.
    """

    rows: NDArray[np.int64]
    actions: NDArray[np.float32]
    within: NDArray[np.bool_]


def action_windows(
    rows: NDArray[np.int64], *, horizon: int, successor: NDArray[np.int64], actions: NDArray[np.float32]
) -> ActionWindows:
    """Follows each row over `horizon` steps.

    Args:
        rows: (B,) rows whose successor is present.
        horizon: H, ≥ 1.
        successor: (rows,) row of the next step of the same episode, or -1.
        actions: (rows, A).
    """
    places = np.empty((len(rows), horizon), np.int64)
    within = np.empty((len(rows), horizon), np.bool_)
    current = rows
    for step in range(horizon):
        following = successor[current]
        # Without its successor a record has no action: it is the last one of its episode, or the next one is missing.
        places[:, step], within[:, step] = current, following >= 0
        current = np.where(following >= 0, following, current)
    chosen = np.where(within[..., None], actions[places], np.float32(0))
    return ActionWindows(rows=places, actions=chosen, within=within)
