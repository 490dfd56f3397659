"""A strip and a track of each chosen episode, in files beside the report, made in one pass over the bag."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from user_bringup.report.episode_track import EpisodeTrack, gripper_place
from user_bringup.report.film_strip import webp_strip
from user_core.errors import LogError
from user_core.log.label import EpisodeLabel
from user_core.spec import EnvironmentSpec
from user_core.types import StepType, Transition

FOLDER = "report_files"


class EpisodeFiles:
    """Holds one open episode a source; each is written and forgotten when it ends.

    Args:
        run: The run folder; the files go into its folder `report_files`.
        chosen: Episodes that are shown.
    """

    def __init__(self, *, run: Path, chosen: Collection[str]) -> None:
        self._folder = run / FOLDER
        self._chosen = frozenset(chosen)
        self._open: dict[str, EpisodeTrack] = {}
        self._gripper_at: dict[str, int | None] = {}
        self.labels: dict[str, str] = {}

    def on_spec(self, spec: EnvironmentSpec) -> None:
        """Take the spec of the records that follow."""
        self._gripper_at[spec.digest] = gripper_place(spec)

    def on_label(self, label: EpisodeLabel) -> None:
        """Take a person's word on an episode; the last one counts."""
        self.labels[label.episode] = f"reward {label.reward:g}" if label.label == "reward" else label.label

    def on_transition(self, transition: Transition) -> None:
        """Take the next record of an episode. Raises LogError when a file cannot be written."""
        episode, source = transition.observation.episode, transition.source
        before = self._open.get(source)
        if before is not None and before.episode != episode:
            self._write(self._open.pop(source))
        if episode not in self._chosen:
            return
        track = self._open.get(source)
        if track is None:
            gripper_at = self._gripper_at.get(transition.observation.spec_digest)
            track = self._open[source] = EpisodeTrack(episode=episode, source=source, gripper_at=gripper_at)
        track.add(transition)
        if transition.step_type is StepType.LAST:
            self._write(self._open.pop(source))

    def finish(self) -> None:
        """Write what was still open at the end of the bag, and drop files of episodes that are not shown any more."""
        for source in list(self._open):
            self._write(self._open.pop(source))
        for path in self._folder.glob("episode_*"):
            if path.stem.removeprefix("episode_") not in self._chosen:
                path.unlink(missing_ok=True)

    def strip(self, episode: str) -> str:
        """Return the address of an episode's strip as the page gives it, "" when there is none."""
        path = self._path(episode, "webp")
        return f"{FOLDER}/{path.name}" if path.exists() else ""

    def shown(self) -> set[str]:
        """Return the episodes that have files, also those of an earlier report that was given more time."""
        return {path.stem.removeprefix("episode_") for path in self._folder.glob("episode_*.js")} & self._chosen

    def _write(self, track: EpisodeTrack) -> None:
        strip = webp_strip(track.frames.chosen())
        path = self._path(track.episode, "webp")
        content = track.content(strip="" if strip is None else f"{FOLDER}/{path.name}")
        # A page that was opened as a file may load scripts from beside it, but fetch nothing.
        script = f"showEpisode({json.dumps(content, separators=(',', ':'))});\n"
        try:
            self._folder.mkdir(exist_ok=True)
            if strip is not None:
                path.write_bytes(strip)
            self._path(track.episode, "js").write_text(script, encoding="utf-8")
        except OSError as error:
            raise LogError(f"{self._folder} cannot be written ({error}); free space or change run:=") from error

    def _path(self, episode: str, suffix: str) -> Path:
        return self._folder / f"episode_{episode}.{suffix}"
