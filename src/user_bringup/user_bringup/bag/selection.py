"""Which episodes of a log are meant."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from user_bringup.bag.episodes import Catalogue, EpisodeEntry
from user_core.errors import ConfigurationError, LogError

ALL = "all"
_EXAMPLES = 5


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What episodes must be to be chosen; an empty condition holds for all. Open episodes are never chosen.

    Attributes:
        episodes: UUIDs or their beginnings.
        modes: train, evaluate, collect.
        outcomes: success, failure, timeout, incomplete, as the last label says.
        tasks: Names.
        robots: Namespaces.
        human_only: At least one step was a person's.
        first: At most so many, the first of the log; 0 = all.
    """

    episodes: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    robots: tuple[str, ...] = ()
    human_only: bool = False
    first: int = 0

    def __post_init__(self) -> None:
        """Refuse a negative number of episodes."""
        if self.first < 0:
            raise ConfigurationError(key="--first", value=self.first, allowed="1 or more", where="the command line")

    def choose(self, catalogue: Catalogue, *, path: Path) -> list[EpisodeEntry]:
        """Return the chosen episodes, in the order of the log.

        Raises:
            LogError: When a named episode is not in the log.
        """
        named = {entry.episode for name in self.episodes for entry in find_episodes(catalogue, name, path=path)}
        chosen = [
            entry
            for entry in catalogue.episodes.values()
            if entry.outcome and (not self.episodes or entry.episode in named) and self._fits(entry)
        ]
        return chosen[: self.first] if self.first else chosen

    def _fits(self, entry: EpisodeEntry) -> bool:
        return (
            _among(entry.mode.value, self.modes)
            and _among(entry.verdict, self.outcomes)
            and _among(entry.task, self.tasks)
            and _among(entry.robot, self.robots)
            and (entry.human_steps > 0 or not self.human_only)
        )


def find_episodes(catalogue: Catalogue, name: str, *, path: Path) -> list[EpisodeEntry]:
    """Return the one episode that a UUID or its beginning names, or every one for `all`.

    Raises:
        LogError: When it names none, or several.
    """
    known = list(catalogue.episodes)
    found = known if name == ALL else [episode for episode in known if name and episode.startswith(name)]
    if name in catalogue.episodes:
        found = [name]
    if len(found) == 1 or (name == ALL and found):
        return [catalogue.episodes[episode] for episode in found]
    if found:
        raise LogError(
            f"{name!r} is the beginning of {len(found)} episodes of {path}: {_examples(found)}; write more of it."
        )
    if not known:
        raise LogError(f"{path} holds no episode yet; allowed are the episodes of a log.")
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f"the nearest is {near[0]}" if near else f"there are {len(known)}: {_examples(known)}"
    raise LogError(f"episode {name!r} is not in {path}; {hint}. ./user bag info --episodes {path} lists them.")


def _among(value: str, allowed: Sequence[str]) -> bool:
    return not allowed or value in allowed


def _examples(episodes: Sequence[str]) -> str:
    more = ", …" if len(episodes) > _EXAMPLES else ""
    return (", ".join(episodes[:_EXAMPLES]) + more) or "none"
