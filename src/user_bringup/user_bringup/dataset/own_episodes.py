"""What the log says of an episode as a whole: its summary and its labels, one JSON object a line."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from user_bringup.dataset.unfit import AS_EXPORTED, readable
from user_core.log.label import EpisodeLabel
from user_core.types import EpisodeSummary, Mode, Outcome


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What was observed after step T - 1: what a label changes."""

    reward: float
    discount: float
    success: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnEpisode:
    """An episode of ours.

    Attributes:
        episode: UUID.
        length: T, as many frames.
        outcome: As record T has it.
        before_label: The judgement as it was logged; the dataset's frame T - 1 has what the last label makes of it.
    """

    episode: str
    length: int
    outcome: str
    before_label: Judgement
    labels: tuple[EpisodeLabel, ...] = ()
    summary: EpisodeSummary | None = None


def write_own_episodes(path: Path, episodes: Sequence[OwnEpisode]) -> None:
    """Write one line per episode, in the order of the dataset."""
    lines = [json.dumps(dataclasses.asdict(episode), default=_plain) for episode in episodes]
    path.write_text("".join(line + "\n" for line in lines))


def read_own_episodes(path: Path) -> list[OwnEpisode]:
    """Read what `write_own_episodes` wrote. Raises ConfigurationError when it is damaged."""
    with readable(path, AS_EXPORTED):
        return [_episode(json.loads(line)) for line in path.read_text().splitlines()]


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value)} has no form in JSON")


def _episode(plain: dict[str, Any]) -> OwnEpisode:
    return OwnEpisode(
        **{
            **plain,
            "before_label": Judgement(**plain["before_label"]),
            "labels": tuple(EpisodeLabel(**label) for label in plain["labels"]),
            "summary": None if plain["summary"] is None else _summary(plain["summary"]),
        }
    )


def _summary(plain: dict[str, Any]) -> EpisodeSummary:
    arrays = {name: np.array(plain[name], np.float32) for name in ("tick_period_s", "action_delay_s")}
    lists = {name: tuple(value) for name, value in plain.items() if isinstance(value, list)}
    enums = {"mode": Mode(plain["mode"]), "outcome": Outcome(plain["outcome"])}
    return EpisodeSummary(**{**plain, **lists, **arrays, **enums})
