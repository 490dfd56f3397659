"""What to say when learning has diverged."""

from __future__ import annotations

import math
from collections.abc import Mapping


def not_finite(metrics: Mapping[str, float]) -> str:
    """Return the metrics that are not finite, in words; "" when all are."""
    return ", ".join(f"{name} = {value}" for name, value in metrics.items() if not math.isfinite(value))


def divergence(*, what: str, updates: int, weights: str) -> str:
    """Return what a person should know and do.

    Args:
        what: The numbers that are not finite.
        updates: Done so far.
        weights: Version that robots keep; "" before the first, which is while practice has not begun.
    """
    if not weights:
        return (
            f"learning has diverged: {what}, before practice began. Nothing was saved, and robots get no weights; "
            "lower the learning rates in the group pretraining of learner_node"
        )
    return (
        f"learning has diverged: {what}, after {updates} updates. Updates have stopped, robots keep weights {weights}, "
        "and the last checkpoint is good; lower the learning rates in the group hyperparameters of learner_node"
    )
