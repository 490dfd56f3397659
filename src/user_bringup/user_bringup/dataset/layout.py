"""Where a LeRobot dataset v3.0 keeps what, and where our own records lie beside it."""

from __future__ import annotations

from pathlib import Path

VERSION = "v3.0"
CHUNK_SIZE = 1000
DATA_FILE_MB = 100
VIDEO_FILE_MB = 200
MB = 1 << 20

INFO = Path("meta/info.json")
STATISTICS = Path("meta/stats.json")
TASKS = Path("meta/tasks.parquet")
EPISODES_FOLDER = Path("meta/episodes")
EPISODES = EPISODES_FOLDER / "chunk-000/file-000.parquet"
DATA_TEMPLATE = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
VIDEO_TEMPLATE = "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4"

# What LeRobot has no place for; its tools leave these files alone, or drop them.
OWN_SPECS = Path("meta/user/specs.json")
OWN_EPISODES = Path("meta/user/episodes.jsonl")
OWN_RECORDS = Path("meta/user/records.parquet")


def data_file(number: int) -> Path:
    """Return the path of the data file by its number, counted over all chunks."""
    return Path(DATA_TEMPLATE.format(chunk_index=number // CHUNK_SIZE, file_index=number % CHUNK_SIZE))


def video_file(key: str, number: int) -> Path:
    """Return the path of a camera's video file by its number, counted over all chunks."""
    return Path(VIDEO_TEMPLATE.format(video_key=key, chunk_index=number // CHUNK_SIZE, file_index=number % CHUNK_SIZE))
