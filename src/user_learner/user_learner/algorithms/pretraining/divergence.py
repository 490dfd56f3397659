"""Pretraining that has diverged: found at the phase that did it, before anything is made of it."""

from __future__ import annotations

from user_core.errors import NotFiniteError, UserRosError
from user_core.interfaces import Tensors
from user_policies.tensors import refuse_not_finite


class PretrainingDivergedError(UserRosError):
    """What pretraining came to holds numbers that are not finite."""

    def __init__(self, *, what: str, key: str, learning_rate: float) -> None:
        super().__init__(
            f"pretraining has diverged: {what}. Nothing of it is kept, and robots get no weights; lower {key}, which "
            f"is {learning_rate:g}, in the section learner_node of your params file, and launch the same run again: "
            "it pretrains anew"
        )
        self.key = key


def refuse_diverged(weights: Tensors, *, key: str, learning_rate: float) -> None:
    """Checks what a phase of pretraining came to.

    Args:
        weights: Of all that it trained.
        key: Parameter that sets its step size.
        learning_rate: Its value.

    Raises:
        PretrainingDivergedError: When a number is not finite.
    """
    try:
        refuse_not_finite(weights, what="the weights")
    except NotFiniteError as error:
        raise PretrainingDivergedError(what=str(error), key=key, learning_rate=learning_rate) from error
