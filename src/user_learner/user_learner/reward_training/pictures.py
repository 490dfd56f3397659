"""Pictures of success and of everything else, out of bags; what a person marked says which is which."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from user_core.errors import ConfigurationError, LogError
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel
from user_core.log.reader import BagReader
from user_core.ros.records import decode
from user_core.run import RunFolder
from user_core.spec import CameraSpec, EnvironmentSpec
from user_core.types import ImageArray, Transition
from user_learner.reward_training.config import WHERE
from user_learner.reward_training.verdict import objection, shown_successes

COLLECT = "collect some with ./user collect_reward_data"
_LABEL = "label them with ./user bag relabel"


@dataclass(frozen=True, kw_only=True, eq=False)
class Pictures:
    """N labelled observations.

    Attributes:
        task: That they are of.
        cameras: C of them, in the order of `images`.
        images: One (N, H, W, 3) uint8 array per camera.
        success: (N,) whether each shows a success.
        episode: (N,) number of the episode that each is of.
        digest: sha256 over the records that they came from.
    """

    task: str
    cameras: tuple[CameraSpec, ...]
    images: tuple[ImageArray, ...]
    success: NDArray[np.bool_]
    episode: NDArray[np.int64]
    digest: str

    def of_episodes(self, episodes: NDArray[np.int64]) -> Pictures:
        """Return those of some episodes."""
        return self.take(np.flatnonzero(np.isin(self.episode, episodes)))

    def take(self, rows: NDArray[np.int64]) -> Pictures:
        """Return some of them."""
        return Pictures(
            task=self.task,
            cameras=self.cameras,
            images=tuple(image[rows] for image in self.images),
            success=self.success[rows],
            episode=self.episode[rows],
            digest=self.digest,
        )

    def seen_by(self, cameras: Iterable[int]) -> Pictures:
        """Return the same observations as some of the cameras see them."""
        chosen = tuple(cameras)
        return Pictures(
            task=self.task,
            cameras=tuple(self.cameras[index] for index in chosen),
            images=tuple(self.images[index] for index in chosen),
            success=self.success,
            episode=self.episode,
            digest=self.digest,
        )


def read_pictures(
    bags: Iterable[Path], *, cameras: tuple[str, ...], margin: int, say: Callable[[str], None] = print
) -> Pictures:
    """Read bags, or run folders with a bag in them.

    Record k says whether o_{k+1} shows a success. A label given later wins: after `failure` no picture of the episode
    does, after `success` its last one does. Episodes of which only a classifier, or nobody yet, has said how they ended
    are left out.

    Args:
        bags: Folders.
        cameras: Names; empty = all.
        margin: Pictures before the first success of an episode that are left out.
        say: Takes the line that tells how many episodes are left out.

    Raises:
        LogError: When a bag cannot be read, or holds no pictures that anybody has judged.
        ConfigurationError: When a bag lacks a camera, or pictures with or without a success are missing.
    """
    reading = _Reading(cameras=cameras, margin=margin, say=say)
    for bag in bags:
        reading.read(bag)
    return reading.pictures()


class _Reading:
    def __init__(self, *, cameras: tuple[str, ...], margin: int, say: Callable[[str], None]) -> None:
        self._wanted = cameras
        self._margin = margin
        self._say = say
        self._spec: EnvironmentSpec | None = None
        self._steps: dict[str, dict[int, Transition]] = {}
        self._labels: dict[str, str] = {}
        self._digest = hashlib.sha256()
        self._names: list[str] = []

    def read(self, bag: Path) -> None:
        path = RunFolder(path=bag).transitions if RunFolder(path=bag).transitions.is_dir() else bag
        self._names.append(str(path))
        with BagReader(path) as reader:
            for record in reader.records():
                if record.kind not in (RecordKind.SPEC, RecordKind.TRANSITION, RecordKind.LABEL):
                    continue
                self._digest.update(record.payload)
                self._take(decode(record.kind, record.payload), path)

    def pictures(self) -> Pictures:
        where = ", ".join(self._names)
        if self._spec is None or not self._steps:
            raise LogError(f"{where} holds no episodes with their spec; {COLLECT}.")
        indices = self._camera_indices(self._spec)
        images: list[list[ImageArray]] = [[] for _ in indices]
        success: list[bool] = []
        episodes: list[int] = []
        for number, (episode, steps) in enumerate(self._confirmed(where).items()):
            for step, shows_success in self._labelled(episode, steps):
                for column, index in zip(images, indices, strict=True):
                    column.append(steps[step].observation.images[index])
                success.append(shows_success)
                episodes.append(number)
        if all(success) or not any(success):
            missing = "without" if all(success) else "with"
            raise ConfigurationError(
                key="BAG",
                value=where,
                allowed=f"bags with pictures of both; there are {len(success)} pictures and none {missing} a success, "
                f"{COLLECT}",
                where=WHERE,
            )
        return Pictures(
            task=self._spec.task,
            cameras=tuple(self._spec.cameras[index] for index in indices),
            images=tuple(np.stack(column) for column in images),
            success=np.array(success),
            episode=np.array(episodes, np.int64),
            digest=self._digest.hexdigest(),
        )

    def _confirmed(self, where: str) -> dict[str, dict[int, Transition]]:
        """Return the episodes of which somebody has said how they went, and say how many others there are."""
        objections = {name: objection(steps, self._labels.get(name, "")) for name, steps in self._steps.items()}
        reasons = Counter(reason for reason in objections.values() if reason)
        left_out = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
        if reasons.total() == len(self._steps):
            raise LogError(f"{where} holds no episode to learn from: {left_out}; {_LABEL}, or {COLLECT}.")
        if reasons:
            self._say(f"episodes left out: {left_out}; {_LABEL} to use them")
        return {name: steps for name, steps in self._steps.items() if not objections[name]}

    def _take(self, record: object, path: Path) -> None:
        if isinstance(record, EnvironmentSpec):
            if self._spec is not None and (record.task, record.cameras) != (self._spec.task, self._spec.cameras):
                raise LogError(
                    f"{path} is of task {record.task} with cameras {_names(record)}, the bags before it of "
                    f"{self._spec.task} with {_names(self._spec)}; train from bags of one environment."
                )
            self._spec = record
        elif isinstance(record, EpisodeLabel):
            self._labels[record.episode] = record.label
        elif isinstance(record, Transition):
            self._steps.setdefault(record.observation.episode, {})[record.observation.step] = record

    def _labelled(self, episode: str, steps: dict[int, Transition]) -> list[tuple[int, bool]]:
        """Return the steps of an episode whose pictures count, and whether each shows a success."""
        shown = shown_successes(steps, self._labels.get(episode, ""))
        first = next((step for step, value in shown.items() if value), None)
        left_out = range(0) if first is None else range(first - self._margin, first)
        return [(step, value) for step, value in shown.items() if step not in left_out]

    def _camera_indices(self, spec: EnvironmentSpec) -> tuple[int, ...]:
        names = [camera.name for camera in spec.cameras]
        for name in self._wanted:
            if name not in names:
                raise ConfigurationError(
                    key="cameras", value=name, allowed=f"of {', '.join(names) or 'none: the bag has none'}", where=WHERE
                )
        if not names:
            raise LogError(f"{', '.join(self._names)} holds no pictures; {COLLECT}.")
        return tuple(names.index(name) for name in self._wanted or names)


def _names(spec: EnvironmentSpec) -> str:
    return ", ".join(f"{camera.name} {camera.width}x{camera.height}" for camera in spec.cameras) or "none"
