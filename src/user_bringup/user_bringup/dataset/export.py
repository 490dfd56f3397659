"""A bag as a LeRobot dataset: frame by frame, with no more than one episode's encoded frames in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from user_bringup.bag.new_folder import new_folder, writing
from user_bringup.dataset import layout
from user_bringup.dataset.bag_episode import BagEpisode, EpisodeChoice, LoggedTransition
from user_bringup.dataset.bag_episodes import BagEpisodes
from user_bringup.dataset.cameras import CameraSink, PngSink, VideoSink
from user_bringup.dataset.features import INDEX_DTYPES, Feature, frame_values, image_feature, value_features
from user_bringup.dataset.own_episodes import Judgement, OwnEpisode, write_own_episodes
from user_bringup.dataset.own_records import OwnRecordsWriter
from user_bringup.dataset.specs import write_specs
from user_bringup.dataset.statistics import PixelCounts, Statistics, vector_statistics
from user_bringup.dataset.tables import DataWriter, place, read_column, write_episodes, write_tasks
from user_core.log.reader import BagReader
from user_core.types import Transition

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class ExportRequest:
    """What shall be exported where.

    Attributes:
        video: Cameras as mp4, smaller and with loss; else as PNG, exact.
    """

    bag: Path
    folder: Path
    choice: EpisodeChoice = EpisodeChoice()
    video: bool = False


def export_dataset(request: ExportRequest, *, say: Say) -> None:
    """Write the dataset; its folder appears when it is complete.

    Raises:
        ConfigurationError: When the folder holds something, or the bag nothing that was asked for.
        LogError: When the bag cannot be read, or the folder not be written.
    """
    with BagReader(request.bag) as bag, new_folder(request.folder, key="FOLDER") as folder:
        episodes = BagEpisodes(bag, request.choice)
        with writing(request.folder):
            _Export(episodes=episodes, folder=folder, video=request.video).write(say)
    say(f"{request.folder}: complete")


class _Export:
    def __init__(self, *, episodes: BagEpisodes, folder: Path, video: bool) -> None:
        self._bag = episodes
        self._folder = folder
        spec = episodes.spec
        self._rate_hz = spec.control_rate_hz
        cameras = [image_feature(camera) for camera in spec.cameras]
        self._sinks: list[CameraSink] = [
            VideoSink(camera, folder=folder, rate_hz=self._rate_hz) if video else PngSink(camera) for camera in cameras
        ]
        self._values = (
            *value_features(spec, reward_sources=episodes.reward_sources),
            *(Feature(name=name, dtype=dtype) for name, dtype in INDEX_DTYPES.items()),
        )
        self._features = (*(sink.feature for sink in self._sinks), *self._values)
        columns = [feature for feature in self._features if feature.dtype != "video"]
        self._data = DataWriter(
            folder=folder, schema=pa.schema([(column.name, column.arrow_type) for column in columns])
        )
        self._records = OwnRecordsWriter(folder)
        self._tasks: dict[str, int] = {}
        self._pixels = [PixelCounts() for _ in self._sinks]
        self._entries: list[dict[str, Any]] = []
        self._own: list[OwnEpisode] = []
        self._frames = 0

    def write(self, say: Say) -> None:
        for reason, count in sorted(self._bag.left_out.items()):
            say(f"left out, {reason}: {count}")
        for index, episode in enumerate(self._bag.episodes):
            self._add_episode(episode, index)
            if (index + 1) % 10 == 0 or index + 1 == len(self._bag.episodes):
                say(f"{index + 1} of {len(self._bag.episodes)} episodes, {self._frames} frames")
        self._data.close()
        self._records.close()
        for sink in self._sinks:
            sink.close()
        self._write_meta()

    def _add_episode(self, episode: BagEpisode, index: int) -> None:
        pixels = [PixelCounts() for _ in self._sinks]
        rows: list[dict[str, Any]] = []
        for logged in self._bag.transitions(episode):
            self._records.add(logged, episode_index=index)
            step = logged.transition.observation.step
            if step == episode.length:
                break
            if step == episode.length - 1:
                self._own.append(_own_episode(episode, logged.transition))
                logged = replace(logged, transition=_labelled(logged.transition, episode))
            rows.append(self._row(logged, episode_index=index, is_last=step == episode.length - 1))
            for sink, image, counts in zip(self._sinks, logged.transition.observation.images, pixels, strict=True):
                rows[-1] |= sink.add(image, step=step)
                counts.add(image)
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        entry: dict[str, Any] = {
            "episode_index": index,
            "tasks": list(dict.fromkeys(list(self._tasks)[number] for number in columns["task_index"])),
            "length": len(rows),
            "dataset_from_index": self._frames,
            "dataset_to_index": self._frames + len(rows),
            **place("meta/episodes", 0),
            **place("data", self._data.add(columns)),
        }
        for sink, own, everywhere in zip(self._sinks, pixels, self._pixels, strict=True):
            entry |= {**sink.end_episode(), **_statistics_columns(sink.feature, own.statistics())}
            everywhere.merge(own)
        for feature in self._values:
            values = np.asarray(columns[feature.name]).reshape(len(rows), -1)
            entry |= _statistics_columns(feature, vector_statistics(values))
        self._entries.append(entry)
        self._frames += len(rows)

    def _row(self, logged: LoggedTransition, *, episode_index: int, is_last: bool) -> dict[str, Any]:
        transition = logged.transition
        step = transition.observation.step
        return {
            **frame_values(self._bag.spec, transition, is_last=is_last, reward_sources=self._bag.reward_sources),
            "timestamp": step / self._rate_hz,
            "frame_index": step,
            "episode_index": episode_index,
            "index": self._frames + step,
            "task_index": self._tasks.setdefault(transition.observation.instruction, len(self._tasks)),
        }

    def _write_meta(self) -> None:
        rate = self._rate_hz
        info = {
            "codebase_version": layout.VERSION,
            "robot_type": self._bag.spec.robot,
            "total_episodes": len(self._entries),
            "total_frames": self._frames,
            "total_tasks": len(self._tasks),
            "chunks_size": layout.CHUNK_SIZE,
            "data_files_size_in_mb": layout.DATA_FILE_MB,
            "video_files_size_in_mb": layout.VIDEO_FILE_MB,
            "fps": int(rate) if rate == int(rate) else rate,
            "splits": {"train": f"0:{len(self._entries)}"},
            "data_path": layout.DATA_TEMPLATE,
            "video_path": layout.VIDEO_TEMPLATE if any(item.dtype == "video" for item in self._features) else None,
            "features": {feature.name: feature.described() for feature in self._features},
        }
        statistics = {
            sink.feature.name: pixels.statistics() for sink, pixels in zip(self._sinks, self._pixels, strict=True)
        }
        for feature in self._values:
            statistics[feature.name] = vector_statistics(read_column(self._folder, feature.name))
        listed = {name: {key: value.tolist() for key, value in found.items()} for name, found in statistics.items()}
        (self._folder / layout.INFO).write_text(json.dumps(info, indent=4) + "\n")
        (self._folder / layout.STATISTICS).write_text(json.dumps(listed, indent=4) + "\n")
        write_tasks(self._folder, list(self._tasks))
        write_episodes(self._folder, self._entries)
        write_specs(self._folder / layout.OWN_SPECS, self._bag.specs)
        write_own_episodes(self._folder / layout.OWN_EPISODES, self._own)


def _own_episode(episode: BagEpisode, before_last: Transition) -> OwnEpisode:
    return OwnEpisode(
        episode=episode.episode,
        length=episode.length,
        outcome="" if episode.end is None else episode.end.outcome,
        before_label=Judgement(reward=before_last.reward, discount=before_last.discount, success=before_last.success),
        labels=tuple(episode.labels),
        summary=episode.summary,
    )


def _labelled(before_last: Transition, episode: BagEpisode) -> Transition:
    """Return record T - 1 as the learner sees it: the last label wins."""
    if not episode.labels:
        return before_last
    reward, discount, success = episode.labels[-1].applied_to(
        reward=before_last.reward, discount=before_last.discount, success=before_last.success
    )
    return replace(before_last, reward=reward, discount=discount, success=success)


def _statistics_columns(feature: Feature, statistics: Statistics) -> dict[str, Any]:
    return {f"stats/{feature.name}/{name}": values.tolist() for name, values in statistics.items()}
