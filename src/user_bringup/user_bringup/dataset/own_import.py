"""Episodes that we exported, as the records they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from user_bringup.dataset.bag_episode import ImportedEpisode, LoggedTransition
from user_bringup.dataset.features import (
    ACTION,
    ACTION_SOURCES,
    IMAGE_PREFIX,
    PRIVILEGED_STATE,
    STATE,
    joined_state,
)
from user_bringup.dataset.layout import INFO, OWN_EPISODES, OWN_RECORDS, OWN_SPECS, TASKS
from user_bringup.dataset.own_episodes import Judgement, OwnEpisode, read_own_episodes
from user_bringup.dataset.own_records import own_transition, read_own_records
from user_bringup.dataset.reader import DatasetEpisode, DatasetReader
from user_bringup.dataset.specs import LoggedSpec, read_specs
from user_bringup.dataset.unfit import AS_EXPORTED, readable, unfit
from user_core.spec import EnvironmentSpec

_FRAME_FEATURES = {
    *(ACTION, "policy_action", "source.action", "source.reward", "task_index"),
    *("next.reward", "discount", "next.success", "next.stage"),
}


class OwnDataset:
    """A dataset together with what we keep beside it.

    Args:
        dataset: A dataset that `is_whole`.

    Raises:
        ConfigurationError: When a file of it is damaged; so does reading its episodes.
    """

    def __init__(self, dataset: DatasetReader) -> None:
        self.specs: tuple[LoggedSpec, ...] = read_specs(dataset.folder / OWN_SPECS)
        self._own: list[OwnEpisode] = read_own_episodes(dataset.folder / OWN_EPISODES)
        self._dataset = dataset
        cameras = {IMAGE_PREFIX + camera.name for camera in self.specs[0].spec.cameras}
        if missing := (_FRAME_FEATURES | cameras) - dataset.features.keys():
            raise unfit(dataset.folder / INFO, f"without {', '.join(sorted(missing))}", AS_EXPORTED)
        with readable(dataset.folder / INFO, AS_EXPORTED):
            self._reward_sources = dataset.features["source.reward"]["info"]["values"]

    @staticmethod
    def is_whole(dataset: DatasetReader) -> bool:
        """Tell whether our files are there and speak of the same episodes: LeRobot's tools edit only their own."""
        if not all((dataset.folder / path).exists() for path in (OWN_SPECS, OWN_EPISODES, OWN_RECORDS)):
            return False
        lengths = [episode.length for episode in read_own_episodes(dataset.folder / OWN_EPISODES)]
        return lengths == [episode.length for episode in dataset.episodes]

    def episodes(self) -> Iterator[ImportedEpisode]:
        """Yield each episode as it was logged."""
        rows = read_own_records(self._dataset.folder, lengths=[own.length for own in self._own])
        for episode, own, own_rows in zip(self._dataset.episodes, self._own, rows, strict=True):
            columns = self._dataset.columns(episode)
            unchanged = _is_as_exported(own, _judgement(columns))
            records = self._records(
                episode, columns, own_rows, before_label=own.before_label if own.labels and unchanged else None
            )
            # A label belongs to the reward that it replaced.
            yield ImportedEpisode(summary=own.summary, labels=own.labels if unchanged else (), records=records)

    def _records(
        self,
        episode: DatasetEpisode,
        columns: dict[str, NDArray[Any]],
        rows: list[dict[str, Any]],
        *,
        before_label: Judgement | None,
    ) -> Iterator[LoggedTransition]:
        spec = self.specs[0].spec
        cameras = [self._dataset.images(episode, IMAGE_PREFIX + camera.name) for camera in spec.cameras]
        with readable(self._dataset.folder / TASKS, "the task of every frame"):
            instructions = [self._dataset.tasks[int(index)] for index in columns["task_index"]]
        for step in range(episode.length):
            frame = self._frame(spec, {name: column[step] for name, column in columns.items()})
            if step == episode.length - 1 and before_label is not None:
                frame |= vars(before_label)
            frame["images"] = tuple(next(camera) for camera in cameras)
            yield self._record(rows[step], frame, instructions[step])
        yield self._record(rows[-1], {}, instructions[-1])

    def _record(self, row: dict[str, Any], frame: dict[str, Any], instruction: str) -> LoggedTransition:
        with readable(self._dataset.folder / OWN_RECORDS, AS_EXPORTED):
            return own_transition(row, frame=frame, instruction=instruction)

    def _frame(self, spec: EnvironmentSpec, values: dict[str, Any]) -> dict[str, Any]:
        state = joined_state(spec, {name: values[name] for name in (STATE, PRIVILEGED_STATE) if name in values})
        answered = not np.isnan(values["policy_action"]).all()
        return {
            "state": state,
            "executed_action": np.atleast_1d(values[ACTION]),
            "policy_action": np.atleast_1d(values["policy_action"]) if answered else np.zeros(0, np.float32),
            "action_source": ACTION_SOURCES[int(values["source.action"])],
            "reward": float(values["next.reward"]),
            "discount": float(values["discount"]),
            "success": bool(values["next.success"]),
            "stage": int(values["next.stage"]),
            "reward_source": self._reward_sources[int(values["source.reward"])],
        }


def _judgement(columns: dict[str, NDArray[Any]]) -> Judgement:
    reward, discount, success = (columns[name][-1] for name in ("next.reward", "discount", "next.success"))
    return Judgement(reward=float(reward), discount=float(discount), success=bool(success))


def _is_as_exported(own: OwnEpisode, found: Judgement) -> bool:
    """Tell whether the last frame still says what the last label made of it."""
    if not own.labels:
        return True
    before = own.before_label
    after = own.labels[-1].applied_to(reward=before.reward, discount=before.discount, success=before.success)
    return bool(np.allclose(after, (found.reward, found.discount, found.success)))
