"""Which episodes of a bag become a dataset, and what is refused in one sentence."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="./user build role:=all installs it")
pytest.importorskip("av", reason="./user build role:=all installs it")

import pyarrow.parquet as pq

from tests.support.dataset_bags import SPEC, label_of, rich_episode, write_bag
from tests.support.learning_records import small_spec
from user_bringup.dataset import command_line
from user_bringup.dataset.bag_episode import EpisodeChoice
from user_bringup.dataset.export import ExportRequest, export_dataset
from user_bringup.dataset.import_ import ImportRequest, import_dataset
from user_bringup.dataset.layout import EPISODES
from user_bringup.dataset.own_episodes import read_own_episodes
from user_core.errors import ConfigurationError, LogError
from user_core.log.kinds import RecordKind
from user_core.log.reader import bag_file
from user_core.log.writer import BagWriter
from user_core.ros.definitions import log_definitions
from user_core.ros.records import encode, encode_spec
from user_core.types import Mode, StepType, Transition

pytestmark = pytest.mark.ros


def exported(bag: Path, choice: EpisodeChoice) -> tuple[list[str], list[str]]:
    """Return the names of the exported episodes, and what was said."""
    said: list[str] = []
    folder = bag.with_name("dataset")
    export_dataset(ExportRequest(bag=bag, folder=folder, choice=choice), say=said.append)
    return [episode.episode for episode in read_own_episodes(folder / "meta/user/episodes.jsonl")], said


def awaiting(records: list[Transition]) -> list[Transition]:
    return [*records[:-1], replace(records[-1], awaits_verdict=True)]


def test_episodes_that_no_learner_may_imitate_are_left_out_and_counted(tmp_path: Path) -> None:
    torn, gap = rich_episode("torn", sequence=20)[:-1], rich_episode("gap", sequence=30)
    bag = write_bag(
        tmp_path / "bag",
        [*rich_episode("whole"), *torn, *gap[:2], *gap[3:], *awaiting(rich_episode("asked", sequence=40))],
    )
    names, said = exported(bag, EpisodeChoice())
    assert names == ["whole"]
    assert said[:3] == [
        "left out, awaiting a verdict: 1",
        "left out, not closed: 1",
        "left out, with missing steps: 1",
    ]


def test_a_verdict_that_has_come_makes_an_episode_whole(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", [*awaiting(rich_episode("asked")), label_of("asked", "failure")])
    assert exported(bag, EpisodeChoice())[0] == ["asked"]


def test_the_last_label_decides_what_a_success_is(tmp_path: Path) -> None:
    names = ("a", "b", "c")
    episodes = [rich_episode(name, sequence=10 * number) for number, name in enumerate(names)]
    labels = [label_of("a", "failure"), label_of("b", "failure"), label_of("b", "success")]
    failed = rich_episode("d", sequence=50, outcome="timeout")
    bag = write_bag(tmp_path / "bag", [*(r for e in (*episodes, failed) for r in e), *labels])
    assert exported(bag, EpisodeChoice(successes_only=True))[0] == ["b", "c"]


def test_a_mode_can_be_chosen(tmp_path: Path) -> None:
    practice = [
        replace(record, observation=replace(record.observation, mode=Mode.TRAIN))
        for record in rich_episode("practice", sequence=10)
    ]
    bag = write_bag(tmp_path / "bag", [*rich_episode("shown"), *practice])
    assert exported(bag, EpisodeChoice(mode=Mode.TRAIN))[0] == ["practice"]


def test_a_bag_without_a_wanted_episode_says_what_it_has(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", rich_episode("a", outcome="timeout"))
    with pytest.raises(ConfigurationError, match=r"with episodes to export; it has 1, left out are 1 not successful"):
        exported(bag, EpisodeChoice(successes_only=True))
    assert [path.name for path in tmp_path.iterdir()] == ["bag"]


def test_an_empty_bag_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="a bag with episodes to export; it has 0"):
        exported(write_bag(tmp_path / "bag", []), EpisodeChoice())


def test_a_file_that_is_no_bag_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bag").write_text("a letter")
    with pytest.raises(LogError, match="is not an mcap file"):
        exported(tmp_path / "bag", EpisodeChoice())


def test_a_bag_cut_in_the_middle_gives_what_is_whole(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", [*rich_episode("a"), *rich_episode("b", sequence=10)])
    file = bag_file(bag)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2 + 9_000])
    names, said = exported(bag, EpisodeChoice())
    assert names == ["a"] and said[0] == "left out, not closed: 1"


def test_episodes_of_two_specs_are_refused_with_both(tmp_path: Path) -> None:
    other = small_spec(cameras=1)
    bag = tmp_path / "bag"
    writer = BagWriter(bag, run="run", definitions=log_definitions())
    for number, spec in enumerate((SPEC, other)):
        payload = encode_spec(spec, run="run", source="source", source_sequence=100 * number)
        writer.append(RecordKind.SPEC, payload, stamp_ns=number)
        for record in rich_episode(f"episode {number}", sequence=100 * number + 1):
            observation = replace(record.observation, spec_digest=spec.digest)
            writer.append(RecordKind.TRANSITION, encode(replace(record, observation=observation)), stamp_ns=number)
    writer.close()
    with pytest.raises(
        ConfigurationError, match=f"1 of test_task with spec {SPEC.digest[:12]}, 1 of .*{other.digest[:12]}"
    ):
        exported(bag, EpisodeChoice())


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", rich_episode("a"))
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset" / "thesis.txt").write_text("years of work")
    with pytest.raises(ConfigurationError, match="a folder that does not exist yet, or is empty"):
        exported(bag, EpisodeChoice())
    assert [path.name for path in tmp_path.iterdir() if path != bag] == ["dataset"]


def test_no_folder_is_removed_that_it_has_not_made(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", rich_episode("a"))
    for name in ("dataset.partial", "back.partial"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "thesis.txt").write_text("years of work")
    assert exported(bag, EpisodeChoice())[0] == ["a"]
    import_dataset(ImportRequest(folder=tmp_path / "dataset", bag=tmp_path / "back"), say=print)
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.glob("*.partial*/*")} == {
        "dataset.partial/thesis.txt",
        "back.partial/thesis.txt",
    }


def test_large_data_and_videos_are_split_between_episodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("user_bringup.dataset.tables.DATA_FILE_MB", 0)
    monkeypatch.setattr("user_bringup.dataset.video.VIDEO_FILE_MB", 0)
    bag = write_bag(tmp_path / "bag", [*rich_episode("a"), *rich_episode("b", sequence=10)])
    folder = tmp_path / "dataset"
    export_dataset(ExportRequest(bag=bag, folder=folder, video=True), say=print)
    table = pq.read_table(folder / EPISODES)
    camera = "videos/observation.images.camera_1"
    assert table["data/file_index"].to_pylist() == table[f"{camera}/file_index"].to_pylist() == [0, 1]
    assert table[f"{camera}/from_timestamp"].to_pylist() == [0.0, 0.0]
    assert len(list(folder.glob("data/*/*.parquet"))) == 2 and len(list(folder.glob("videos/*/*/*.mp4"))) == 4


def test_the_command_line_ends_with_2_and_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["dataset", "export", str(tmp_path / "nothing"), str(tmp_path / "dataset")])
    assert command_line.main() == 2
    assert capsys.readouterr().err.startswith(f"error: {tmp_path / 'nothing'} does not exist; allowed is")


def test_the_command_line_exports_and_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bag = write_bag(tmp_path / "bag", rich_episode("a"))
    for words in (
        ["export", bag, tmp_path / "d", "--png", "--successes-only"],
        ["import", tmp_path / "d", tmp_path / "b"],
    ):
        monkeypatch.setattr(sys, "argv", ["dataset", *map(str, words)])
        assert command_line.main() == 0
    assert bag_file(tmp_path / "b").exists() and (tmp_path / "b" / "metadata.yaml").exists()


def test_record_t_is_no_frame(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", rich_episode("a", length=4))
    exported(bag, EpisodeChoice())
    frames = pq.read_table(tmp_path / "dataset/data/chunk-000/file-000.parquet")
    assert len(frames) == 4
    assert frames["is_first"].to_pylist() == [True, False, False, False]
    assert frames["is_last"].to_pylist() == frames["next.done"].to_pylist() == [False, False, False, True]
    assert frames["is_terminal"].to_pylist() == [False, False, False, True]
    assert frames["intervention"].to_pylist() == [False, True, False, False]
    assert (
        StepType(pq.read_table(tmp_path / "dataset/meta/user/records.parquet")["step_type"][4].as_py()) is StepType.LAST
    )


def test_the_folder_of_a_run_stands_for_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_bag(tmp_path / "run" / "transitions", rich_episode("one", sequence=10))
    monkeypatch.setattr(sys, "argv", ["dataset", "export", str(tmp_path / "run"), str(tmp_path / "out")])
    assert command_line.main() == 0
    assert [episode.episode for episode in read_own_episodes(tmp_path / "out/meta/user/episodes.jsonl")] == ["one"]
