"""A person's word on an episode, as the log keeps it."""

from __future__ import annotations

from dataclasses import dataclass

SUCCESS, FAILURE, REWARD = "success", "failure", "reward"
LABELS = (SUCCESS, FAILURE, REWARD)


@dataclass(frozen=True, kw_only=True)
class EpisodeLabel:
    """One label, on step T-1 of its episode; the last one wins. `reward` counts for the label `reward` only."""

    stamp_ns: int
    episode: str
    label: str
    reward: float = 0.0
    author: str = ""

    def applied_to(self, *, reward: float, discount: float, success: bool) -> tuple[float, float, bool]:
        """Return reward, discount and success of step T-1 as they are with this label.

        A verdict ends the task, so it terminates: discount 0 also after a truncation. A reward alone does not.
        """
        if self.label == REWARD:
            return self.reward, discount, success
        return (1.0, 0.0, True) if self.label == SUCCESS else (0.0, 0.0, False)
