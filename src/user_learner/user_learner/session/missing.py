"""What a learner waits for, in words."""

from __future__ import annotations

from user_core.errors import ConfigurationError
from user_learner.config import WHERE


def too_few_demonstrations(*, wanted: int, there: int, description: str) -> ConfigurationError:
    """Returns the error for a recording that is complete and holds fewer successes than pretraining waits for."""
    return ConfigurationError(
        key="pretraining.demonstrations",
        value=wanted,
        allowed=f"at most {there}, the successful demonstrations in {description}",
        where=f"{WHERE}, or say demonstrations_needed:={there}, or name another bag with demonstrations:=",
    )


def demonstrations_missing(*, wanted: int, there: int) -> str:
    """Returns how many of the demonstrations are there."""
    return f"waiting for demonstrations: {there} of {wanted} successful ones are there"


def divergence(*, what: str, updates: int, weights: str) -> str:
    """Returns what a person should know and do when learning has diverged.

    Args:
        what: The numbers that are not finite.
        updates: Done so far.
        weights: Version that robots keep.
    """
    return (
        f"learning has diverged: {what}, after {updates} updates. Updates have stopped, robots keep weights {weights}, "
        "and the last checkpoint is good; lower the learning rates in the group hyperparameters of learner_node"
    )
