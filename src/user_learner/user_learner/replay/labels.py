"""A person's word on an episode, which replaces what the reward said."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.errors import InvalidRecordError

SUCCESS = "success"
FAILURE = "failure"
REWARD = "reward"


@dataclass(frozen=True, kw_only=True)
class EpisodeLabel:
    """One label: what it makes of the last step T-1 of its episode.

    Attributes:
        label: success, failure or reward.
        reward: The reward for label `reward`; not read otherwise.
    """

    label: str
    reward: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a label that means nothing."""
        if self.label not in (SUCCESS, FAILURE, REWARD):
            raise InvalidRecordError(what="a label", value=repr(self.label), allowed="success, failure or reward")

    def applied_to(self, *, reward: float, discount: float, success: bool) -> tuple[float, float, bool]:
        """Returns reward, discount and success of step T-1 as they are with this label.

        A verdict ends the task, so it terminates: discount 0 also after a truncation. A reward alone does not.
        """
        if self.label == REWARD:
            return self.reward, discount, success
        return (1.0, 0.0, True) if self.label == SUCCESS else (0.0, 0.0, False)
