"""Which episodes of a long run are shown: the newest, and those in which something went wrong or a person acted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from user_bringup.evaluation.episode_table import EpisodeRow

MAX_SHOWN = 300
"""About 20 kB each with two cameras, and quick to write."""


def choose_episodes(rows: Sequence[EpisodeRow], *, first: Collection[str] = (), limit: int = MAX_SHOWN) -> set[str]:
    """Return the episodes to show.

    Args:
        rows: All episodes in the order of their ends.
        first: Episodes that are shown before all others.
        limit: How many are shown. Half of it goes to the newest, the other half to the newest of those that failed, in
            which a person intervened, or whose reward the ground truth contradicts.
    """
    begun = [row for row in reversed(rows) if row.length]
    notable = [row for row in begun if not row.succeeded or row.interventions or row.contradicted]
    ranked = [row for row in begun if row.episode in first] + begun[: limit // 2] + notable + begun
    return set(list(dict.fromkeys(row.episode for row in ranked))[:limit])
