"""Data files: one row group per episode, a new file when the last one has grown large; and the two small tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from user_bringup.dataset.layout import CHUNK_SIZE, DATA_FILE_MB, EPISODES, MB, TASKS, data_file


class DataWriter:
    """Writes the frames of episodes.

    Args:
        folder: The dataset.
        schema: Of a frame.
    """

    def __init__(self, *, folder: Path, schema: pa.Schema) -> None:
        self._folder = folder
        self._schema = schema
        self._file = -1
        self._writer: pq.ParquetWriter | None = None

    def add(self, rows: Mapping[str, Sequence[Any]]) -> int:
        """Append an episode by columns; return the number of its file."""
        if self._writer is None:
            self._file += 1
            self._path = self._folder / data_file(self._file)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(self._path, self._schema, compression="snappy")
        self._writer.write_table(pa.table(dict(rows), schema=self._schema), row_group_size=1 << 30)
        if self._path.stat().st_size > DATA_FILE_MB * MB:
            self.close()
        return self._file

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def write_tasks(folder: Path, tasks: Sequence[str]) -> None:
    """Write the instructions; pandas, with which LeRobot reads them, finds its index by the schema's metadata."""
    index = "__index_level_0__"
    numbers = {"name": "task_index", "field_name": "task_index", "pandas_type": "int64", "numpy_type": "int64"}
    texts = {"name": None, "field_name": index, "pandas_type": "unicode", "numpy_type": "object"}
    pandas = {
        "index_columns": [index],
        "column_indexes": [],
        "columns": [numbers | {"metadata": None}, texts | {"metadata": None}],
        "pandas_version": "2.0.0",
    }
    table = pa.table({"task_index": pa.array(range(len(tasks)), pa.int64()), index: pa.array(tasks, pa.string())})
    pq.write_table(table.replace_schema_metadata({"pandas": json.dumps(pandas)}), folder / TASKS)


def write_episodes(folder: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """Write the table of episodes."""
    path = folder / EPISODES
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist([dict(entry) for entry in entries]), path)


def place(key: str, file: int) -> dict[str, int]:
    """Return how the table of episodes names a file."""
    return {f"{key}/chunk_index": file // CHUNK_SIZE, f"{key}/file_index": file % CHUNK_SIZE}


def read_column(folder: Path, name: str) -> NDArray[Any]:
    """Return (frames, n) of one feature with numbers, over all data files."""
    tables = [pq.read_table(path, columns=[name]) for path in sorted((folder / "data").glob("*/*.parquet"))]
    arrays = [as_array(table.column(0)) for table in tables]
    return np.concatenate([array.reshape(len(array), -1) for array in arrays])


def as_array(column: pa.ChunkedArray) -> NDArray[Any]:
    """Return (rows,) or (rows, n) of a column of numbers or of lists of equally many."""
    combined = column.combine_chunks()
    if pa.types.is_fixed_size_list(combined.type) or pa.types.is_list(combined.type):
        values = combined.flatten().to_numpy(zero_copy_only=False)
        return values.reshape(len(combined), -1) if len(combined) else values
    return combined.to_numpy(zero_copy_only=False)
