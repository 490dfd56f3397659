"""A LeRobot dataset v3.0 on disk, ours or anyone's: what it describes, and its frames, one episode at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from user_bringup.dataset.layout import DATA_TEMPLATE, EPISODES_FOLDER, INFO, TASKS, VERSION, VIDEO_TEMPLATE
from user_bringup.dataset.png import decode_image
from user_bringup.dataset.tables import as_array
from user_bringup.dataset.unfit import readable, unfit
from user_bringup.dataset.video import video_frames
from user_core.types import ImageArray


@dataclass(frozen=True, kw_only=True)
class DatasetEpisode:
    """An episode, and its line of the table of episodes."""

    index: int
    length: int
    entry: dict[str, Any]


class DatasetReader:
    """Reads a dataset.

    Args:
        folder: The dataset.

    Attributes:
        info: What meta/info.json says.
        features: Of info: dtype, shape and names by feature.
        tasks: Instructions by task_index.
        episodes: In order.

    Raises:
        ConfigurationError: When the folder is no dataset of this version, or a file of it cannot be read; so do the
            methods.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.info = self._read_info()
        self.features: dict[str, dict[str, Any]] = self.info["features"]
        self.tasks = self._read_tasks()
        self.episodes = self._read_episodes()

    @property
    def rate_hz(self) -> float:
        """Frames per second."""
        return float(self.info["fps"])

    def visual_keys(self) -> tuple[str, ...]:
        """Return the features that are images, in whatever file."""
        return tuple(name for name, item in self.features.items() if item["dtype"] in ("image", "video"))

    def element_names(self, key: str) -> tuple[str, ...]:
        """Return the name of each element of a feature; its number where the dataset gives none."""
        feature = self.features[key]
        names = feature.get("names")
        if isinstance(names, dict):
            names = [name for part in names.values() for name in (part if isinstance(part, list) else [part])]
        size = int(np.prod(feature["shape"]))
        return tuple(map(str, names)) if names and len(names) == size else tuple(str(i) for i in range(size))

    def columns(self, episode: DatasetEpisode) -> dict[str, NDArray[Any]]:
        """Return (length, …) of each feature of an episode that has numbers."""
        names = [name for name, item in self.features.items() if item["dtype"] not in ("image", "video", "string")]
        table = self._rows(episode, names)
        return {name: as_array(table.column(name)) for name in names}

    def images(self, episode: DatasetEpisode, key: str) -> Iterator[ImageArray]:
        """Yield the frames (H, W, 3) of a camera, decoded one by one."""
        if self.features[key]["dtype"] == "video":
            template = self.info.get("video_path") or VIDEO_TEMPLATE
            path = self._file(episode, template, f"videos/{key}", video_key=key)
            with readable(self.folder / EPISODES_FOLDER, "where in its videos each episode begins"):
                from_s = float(episode.entry[f"videos/{key}/from_timestamp"])
            yield from video_frames(path, from_s=from_s, rate_hz=self.rate_hz, count=episode.length)
            return
        for cell in self._rows(episode, [key]).column(key):
            content = cell.as_py() or {}
            inside, outside = content.get("bytes"), content.get("path")
            if not inside and not outside:
                found = f"{key} without an image in episode {episode.index}"
                raise unfit(self._data_file(episode), found, "an image in every frame")
            file = self._data_file(episode) if inside else self.folder / str(outside)
            with readable(file, f"images of {key}"):
                image = decode_image(inside or file.read_bytes())
            yield image

    def _rows(self, episode: DatasetEpisode, names: list[str]) -> pa.Table:
        path = self._data_file(episode)
        with readable(path, "a parquet file with the columns of info.json"):
            table = pq.read_table(path, columns=names, filters=[("episode_index", "=", episode.index)])
        if len(table) != episode.length:
            raise unfit(
                path, f"{len(table)} frames of episode {episode.index}", f"{episode.length}, as meta/episodes says"
            )
        return table

    def _data_file(self, episode: DatasetEpisode) -> Path:
        return self._file(episode, self.info.get("data_path") or DATA_TEMPLATE, "data")

    def _file(self, episode: DatasetEpisode, template: str, key: str, **names: str) -> Path:
        with readable(self.folder / EPISODES_FOLDER, "in which file each episode lies"):
            place = {name: int(episode.entry[f"{key}/{name}"]) for name in ("chunk_index", "file_index")}
        with readable(self.folder / INFO, "names of files with their numbers"):
            return self.folder / template.format(**names, **place)

    def _read_info(self) -> dict[str, Any]:
        path = self.folder / INFO
        with readable(path, "the folder of a LeRobot dataset"):
            info: dict[str, Any] = dict(json.loads(path.read_text()))
        version = str(info.get("codebase_version"))
        if not version.startswith(VERSION.partition(".")[0]):
            raise unfit(
                path,
                f"codebase_version {version}",
                f"{VERSION} (lerobot converts older ones: python -m lerobot.scripts.convert_dataset_v21_to_v30)",
            )
        if "fps" not in info or not isinstance(info.get("features"), dict):
            raise unfit(path, "without fps or features", "an info.json that has both")
        return info

    def _read_tasks(self) -> dict[int, str]:
        with readable(self.folder / TASKS, "the table of tasks"):
            rows = _table(self.folder / TASKS)
            return {row["task_index"]: next((v for v in row.values() if isinstance(v, str)), "") for row in rows}

    def _read_episodes(self) -> tuple[DatasetEpisode, ...]:
        paths = sorted((self.folder / EPISODES_FOLDER).glob("*/*.parquet"))
        if not paths:
            raise unfit(self.folder / EPISODES_FOLDER, "empty", "the table of episodes")
        found: list[DatasetEpisode] = []
        for path in paths:
            with readable(path, "the table of episodes"):
                rows = _table(path, without="stats/")
                found += (DatasetEpisode(index=row["episode_index"], length=row["length"], entry=row) for row in rows)
        return tuple(sorted(found, key=lambda episode: episode.index))


def _table(path: Path, *, without: str = " ") -> list[dict[str, Any]]:
    with pq.ParquetFile(path) as file:
        names = [name for name in file.schema_arrow.names if not name.startswith(without)]
        rows: list[dict[str, Any]] = file.read(columns=names).to_pylist()
    return rows
