"""A bag becomes a dataset and a bag again, and nothing is lost on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="./user build role:=all installs it")
pytest.importorskip("av", reason="./user build role:=all installs it")

import pyarrow as pa
import pyarrow.parquet as pq

from tests.support.dataset_bags import (
    content,
    differences,
    label_of,
    psnr_db,
    rich_episode,
    summary_of,
    transitions_of,
    write_bag,
)
from user_bringup.dataset.export import ExportRequest, export_dataset
from user_bringup.dataset.import_ import ImportRequest, import_dataset
from user_bringup.dataset.layout import DATA_TEMPLATE
from user_core.log.reader import BagReader
from user_core.types import EpisodeSummary, Transition

pytestmark = pytest.mark.ros

DATA = DATA_TEMPLATE.format(chunk_index=0, file_index=0)


def there_and_back(bag: Path, *, video: bool = False) -> Path:
    """Export a bag and import it again, both beside it."""
    dataset, back = bag.with_name("dataset"), bag.with_name("back")
    export_dataset(ExportRequest(bag=bag, folder=dataset, video=video), say=print)
    import_dataset(ImportRequest(folder=dataset, bag=back), say=print)
    return back


def stamps(bag: Path) -> list[int]:
    with BagReader(bag) as reader:
        return [record.stamp_ns for record in reader.records()]


def whole_episode(name: str, *, sequence: int = 1, outcome: str = "success") -> list[Transition | EpisodeSummary]:
    records = rich_episode(name, sequence=sequence, outcome=outcome)
    return [*records, summary_of(records)]


def test_every_field_of_every_record_comes_back_with_images_without_loss(tmp_path: Path) -> None:
    records = [*whole_episode("a"), *whole_episode("b", sequence=10, outcome="timeout")]
    bag = write_bag(tmp_path / "bag", [*records, label_of("a", "failure"), label_of("a", "success")])
    back = there_and_back(bag)
    before, after = content(bag), content(back)
    assert {type(record) for record in after} == {type(record) for record in before}
    # The labels stand behind their own episode now.
    assert differences(tuple(before), tuple(after)) != []
    for kind in {type(record) for record in before}:
        pair = (tuple(item for item in records if type(item) is kind) for records in (before, after))
        assert differences(*pair) == []


def test_records_keep_the_times_at_which_the_log_took_them(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", rich_episode("a"))
    assert stamps(there_and_back(bag))[1:] == stamps(bag)[1:]


def test_two_arms_whose_records_lie_between_one_another_come_back_as_two_episodes(tmp_path: Path) -> None:
    first, second = rich_episode("a"), rich_episode("b", source="other source")
    bag = write_bag(tmp_path / "bag", [record for pair in zip(first, second, strict=True) for record in pair])
    back = transitions_of(there_and_back(bag))
    assert differences(tuple(back), (*first, *second)) == []


def test_video_changes_nothing_but_the_images_and_those_by_little(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", [*rich_episode("a", length=12), *rich_episode("b", length=7, sequence=20)])
    before, after = transitions_of(bag), transitions_of(there_and_back(bag, video=True))
    assert differences(tuple(before), tuple(after), without=".images") == []
    ratios = [
        psnr_db(*images)
        for old, new in zip(before, after, strict=True)
        for images in zip(old.observation.images, new.observation.images, strict=True)
    ]
    assert len(ratios) == 42 and min(ratios) >= 35


def test_a_label_is_what_the_dataset_says_and_the_log_says_what_it_said(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", [*rich_episode("a", outcome="timeout"), label_of("a", "success")])
    back = there_and_back(bag)
    frames = pq.read_table(tmp_path / "dataset" / DATA)
    assert frames["next.reward"].to_pylist() == [0.25, 0.25, 0.25, 1.0]
    assert frames["discount"].to_pylist() == [1.0, 1.0, 1.0, 0.0]
    assert frames["next.success"].to_pylist() == [False, False, False, True]
    assert differences(tuple(transitions_of(back)), tuple(transitions_of(bag))) == []
    assert content(back)[-1] == label_of("a", "success")


def test_what_was_changed_in_the_dataset_is_what_comes_back(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", [*rich_episode("a", outcome="timeout"), label_of("a", "success")])
    export_dataset(ExportRequest(bag=bag, folder=tmp_path / "dataset"), say=print)
    table = pq.read_table(tmp_path / "dataset" / DATA)
    position = table.schema.get_field_index("next.reward")
    rewards = pa.array([0.0, 0.0, 0.5, -1.0], pa.float32())
    changed = table.set_column(position, table.schema.field(position), rewards)
    pq.write_table(changed, tmp_path / "dataset" / DATA)
    import_dataset(ImportRequest(folder=tmp_path / "dataset", bag=tmp_path / "back"), say=print)
    back = transitions_of(tmp_path / "back")
    assert [record.reward for record in back] == [0.0, 0.0, 0.5, -1.0, 0.0]
    # The label belonged to the old reward.
    assert not [record for record in content(tmp_path / "back") if record == label_of("a", "success")]
