"""`bag relabel`: appends a person's word on episodes to a log that nobody is writing; the last label wins."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from user_bringup.bag.episodes import Catalogue
from user_bringup.bag.log_writing import open_for_appending
from user_bringup.bag.selection import find_episodes
from user_bringup.bag.transition_log import TransitionLog
from user_core.errors import ConfigurationError
from user_core.log.kinds import RecordKind
from user_core.log.label import LABELS, EpisodeLabel
from user_core.ros.records import encode


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is said of an episode.

    Attributes:
        label: success, failure or reward.
        reward: For the label `reward`.
        author: Who says so.
    """

    label: str
    reward: float = 0.0
    author: str = ""

    @classmethod
    def of(cls, words: list[str], *, author: str) -> Verdict:
        """Return the verdict of a command line's `--label success|failure|reward R`.

        Raises:
            ConfigurationError: When it says something else.
        """
        value = words[1] if len(words) == 2 else ""
        is_reward = words[0] == "reward"
        if words[0] not in LABELS or len(words) != 1 + is_reward or (is_reward and not _is_finite(value)):
            raise ConfigurationError(
                key="--label", value=" ".join(words), allowed="success, failure, or reward R", where="the command line"
            )
        return cls(label=words[0], reward=float(value) if is_reward else 0.0, author=author)


def relabel(path: Path, name: str, verdict: Verdict, *, stamp_ns: int) -> list[str]:
    """Append a label to an episode, or to all, and return which; nothing that stands in the log is changed.

    Args:
        path: The log.
        name: UUID of the episode, its beginning, or `all`.
        verdict: What is said.
        stamp_ns: Wall time of the label.

    Raises:
        LogError: When the episode is unknown, the log is damaged, or a replay_node is writing it.
    """
    log, catalogue = TransitionLog(path), Catalogue()
    catalogue.read(log)
    chosen = [entry.episode for entry in find_episodes(catalogue, name, path=path)]
    writer = open_for_appending(log.path)
    try:
        for episode in chosen:
            label = EpisodeLabel(
                stamp_ns=stamp_ns, episode=episode, label=verdict.label, reward=verdict.reward, author=verdict.author
            )
            writer.append(RecordKind.LABEL, encode(label), stamp_ns=stamp_ns)
    finally:
        writer.close()
    return chosen


def _is_finite(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
