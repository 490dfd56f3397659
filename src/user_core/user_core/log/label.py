"""A person's word on an episode, as the log keeps it."""

from __future__ import annotations

from dataclasses import dataclass

SUCCESS, FAILURE, REWARD = "success", "failure", "reward"
LABELS = (SUCCESS, FAILURE, REWARD)


@dataclass(frozen=True, kw_only=True)
class EpisodeLabel:
    """One label; the last one of an episode wins. `reward` counts for the label `reward` only."""

    stamp_ns: int
    episode: str
    label: str
    reward: float = 0.0
    author: str = ""
