"""A dataset of which something is damaged or missing: one sentence that names the file, and nothing is left behind."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="./user build role:=all installs it")
pytest.importorskip("av", reason="./user build role:=all installs it")

import pyarrow as pa
import pyarrow.parquet as pq

from tests.support.dataset_bags import rich_episode, write_bag
from user_bringup.dataset.export import ExportRequest, export_dataset
from user_bringup.dataset.import_ import ImportRequest, import_dataset
from user_bringup.dataset.layout import DATA_TEMPLATE, EPISODES, INFO, OWN_EPISODES, OWN_RECORDS, OWN_SPECS, TASKS
from user_core.errors import ConfigurationError

pytestmark = pytest.mark.ros

DATA = Path(DATA_TEMPLATE.format(chunk_index=0, file_index=0))
CAMERA = "observation.images.camera_0"
Damage = Callable[[Path], None]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of two episodes, ours."""
    folder = tmp_path_factory.mktemp("whole")
    bag = write_bag(folder / "bag", [*rich_episode("a"), *rich_episode("b", sequence=10)])
    export_dataset(ExportRequest(bag=bag, folder=folder / "dataset"), say=print)
    return folder / "dataset"


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def rewritten(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, row_group_size=pq.ParquetFile(path).metadata.row_group(0).num_rows)


def with_cell(column: str, value: Any) -> Damage:  # noqa: ANN401 - whatever the column holds
    """Change the second row of a table."""

    def change(path: Path) -> None:
        table = pq.read_table(path)
        index = table.column_names.index(column)
        values = table.column(column).to_pylist()
        values[1] = value
        changed = pa.array(values, type=table.schema.field(column).type)
        rewritten(table.set_column(index, table.schema.field(column), changed), path)

    return change


def without_column(column: str) -> Damage:
    return lambda path: rewritten(pq.read_table(path).drop_columns([column]), path)


def without_row(path: Path) -> None:
    rewritten(pq.read_table(path).slice(1), path)


def without_feature(path: Path) -> None:
    info = json.loads(path.read_text())
    del info["features"]["next.stage"]
    path.write_text(json.dumps(info))


@pytest.mark.parametrize(
    ("file", "damage", "named", "sentence"),
    [
        (DATA, cut, DATA, "unreadable"),
        (DATA, Path.unlink, DATA, "unreadable"),
        (DATA, with_cell(CAMERA, {"bytes": b"garbage", "path": "x.png"}), DATA, "7 bytes that are no image"),
        (DATA, with_cell(CAMERA, {"bytes": None, "path": "images/x.png"}), Path("images/x.png"), "No such file"),
        (DATA, with_cell(CAMERA, None), DATA, "an image in every frame"),
        (TASKS, without_column("task_index"), TASKS, "task_index"),
        (EPISODES, without_column("length"), EPISODES.parents[1], "length"),
        (EPISODES, without_column("data/file_index"), EPISODES.parents[1], "data/file_index"),
        (INFO, without_feature, INFO, "next.stage"),
        (OWN_SPECS, cut, OWN_SPECS, "without meta/user"),
        (OWN_EPISODES, cut, OWN_EPISODES, "without meta/user"),
        (OWN_RECORDS, cut, OWN_RECORDS, "without meta/user"),
        (OWN_RECORDS, emptied, OWN_RECORDS, "without meta/user"),
        (OWN_RECORDS, without_column("outcome"), OWN_RECORDS, "outcome"),
        (OWN_RECORDS, with_cell("mode", "dancing"), OWN_RECORDS, "dancing"),
        (OWN_RECORDS, without_row, OWN_RECORDS, "without meta/user"),
    ],
)
def test_what_is_damaged_is_named(
    whole: Path, tmp_path: Path, file: Path, damage: Damage, named: Path, sentence: str
) -> None:
    folder = tmp_path / "dataset"
    shutil.copytree(whole, folder)
    damage(folder / file)
    with pytest.raises(ConfigurationError) as raised:
        import_dataset(ImportRequest(folder=folder, bag=tmp_path / "bag"), say=print)
    said = str(raised.value)
    assert said.startswith(str(folder / named)) and sentence in said and "\n" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["dataset"]


def test_without_our_damaged_files_it_can_be_imported(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    shutil.copytree(whole, folder)
    cut(folder / OWN_RECORDS)
    shutil.rmtree(folder / "meta" / "user")
    import_dataset(ImportRequest(folder=folder, bag=tmp_path / "bag"), say=print)
    assert (tmp_path / "bag" / "metadata.yaml").exists()
