"""Datasets of others become bags: by the names of their features, or by a mapping file."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="./user build role:=all installs it")
pytest.importorskip("av", reason="./user build role:=all installs it")

import pyarrow as pa
import pyarrow.parquet as pq

from tests.support.dataset_bags import (
    SPEC,
    content,
    differences,
    rich_episode,
    smooth_image,
    transitions_of,
    write_bag,
)
from user_bringup.dataset.export import ExportRequest, export_dataset
from user_bringup.dataset.import_ import ImportRequest, import_dataset
from user_bringup.dataset.png import encode_png
from user_bringup.dataset.tables import write_tasks
from user_core.errors import ConfigurationError, LogError
from user_core.spec import EnvironmentSpec
from user_core.types import EpisodeSummary, Outcome, StepType
from user_hardware.cameras.resize import crop_and_resize

pytestmark = pytest.mark.ros

LENGTHS = (3, 2)
STATES = np.arange(5 * 12, dtype=np.float32).reshape(5, 12) / 1000
ACTIONS = np.linspace(-1, 1, 10, dtype=np.float32).reshape(5, 2)
MAPPING = """
state:
  tcp_pose: observation.arm[0:6]
  tcp_force: ["observation.arm[8]", "observation.arm[6:8]"]
  target: observation.goal
images: {camera_0: observation.images.top, camera_1: observation.images.top}
"""


def write_foreign(folder: Path, *, fps: float = 10, success: bool = False, image_size: int = 64) -> Path:
    """Write a dataset as others do: no reward, states under other names, larger images."""
    features = {
        "observation.arm": {"dtype": "float32", "shape": [9], "names": {"motors": [f"joint_{i}" for i in range(9)]}},
        "observation.goal": {"dtype": "float32", "shape": [6], "names": None},
        "action": {"dtype": "float32", "shape": [2], "names": ["left", "right"]},
        "observation.images.top": {
            "dtype": "image",
            "shape": [image_size, image_size, 3],
            "names": ["height", "width", "channel"],
        },
        **({"next.success": {"dtype": "bool", "shape": [1], "names": None}} if success else {}),
        **{name: {"dtype": "int64", "shape": [1], "names": None} for name in ("episode_index", "task_index")},
    }
    info = {"codebase_version": "v3.0", "robot_type": "other arm", "fps": fps, "features": features}
    (folder / "meta/episodes/chunk-000").mkdir(parents=True)
    (folder / "data/chunk-000").mkdir(parents=True)
    (folder / "meta/info.json").write_text(json.dumps(info))
    write_tasks(folder, ["pour", "stir"])
    entries = [
        {"episode_index": index, "length": length, "data/chunk_index": 0, "data/file_index": 0}
        for index, length in enumerate(LENGTHS)
    ]
    pq.write_table(pa.Table.from_pylist(entries), folder / "meta/episodes/chunk-000/file-000.parquet")
    images = [{"bytes": encode_png(smooth_image(index, size=image_size)), "path": None} for index in range(5)]
    columns = {
        "observation.arm": list(STATES[:, :9]),
        "observation.goal": list(STATES[:, 6:]),
        "action": list(ACTIONS),
        "observation.images.top": images,
        "episode_index": [0, 0, 0, 1, 1],
        "task_index": [0, 0, 0, 1, 1],
        "next.success": [False, False, True, False, False],
    }
    table = pa.table({name: columns[name] for name in features})
    pq.write_table(table, folder / "data/chunk-000/file-000.parquet")
    return folder


def imported(tmp_path: Path, *, spec: EnvironmentSpec | None = SPEC, mapping: str = MAPPING, **options: object) -> Path:
    """Import the dataset beside it with a mapping, onto a spec if one is given; return the bag."""
    (tmp_path / "mapping.yaml").write_text(mapping)
    like = None if spec is None else write_bag(tmp_path / "like", rich_episode("like")[:1], spec=spec)
    request = ImportRequest(
        folder=tmp_path / "dataset", bag=tmp_path / "bag", mapping=tmp_path / "mapping.yaml", spec_bag=like
    )
    import_dataset(replace(request, **options), say=print)  # type: ignore[arg-type]
    return tmp_path / "bag"


def test_a_mapping_fits_another_dataset_onto_our_spec(tmp_path: Path) -> None:
    write_foreign(tmp_path / "dataset")
    records = transitions_of(imported(tmp_path, last_frame=Outcome.SUCCESS))
    assert [record.observation.step for record in records] == [0, 1, 2, 3, 0, 1, 2]
    first = records[0].observation
    order = [0, 1, 2, 3, 4, 5, 8, 6, 7, 6, 7, 8, 9, 10, 11]
    assert np.array_equal(first.state, STATES[0][order])
    assert np.array_equal(records[5].executed_action, ACTIONS[4])
    assert first.spec_digest == SPEC.digest and first.instruction == "pour"
    assert records[4].observation.instruction == "stir"


def test_images_are_resized_as_the_camera_adapters_do(tmp_path: Path) -> None:
    write_foreign(tmp_path / "dataset", image_size=80)
    records = transitions_of(imported(tmp_path, last_frame=Outcome.SUCCESS))
    expected = crop_and_resize(smooth_image(1, size=80), SPEC.cameras[0])
    assert np.array_equal(records[1].observation.images[1], expected)


@pytest.mark.parametrize(
    ("last_frame", "reward", "discount", "terminated"),
    [(Outcome.SUCCESS, 1.0, 0.0, True), (Outcome.FAILURE, 0.0, 0.0, True), (Outcome.TIMEOUT, 0.0, 1.0, False)],
)
def test_how_episodes_end_can_be_said(
    tmp_path: Path, last_frame: Outcome, reward: float, discount: float, terminated: bool
) -> None:
    write_foreign(tmp_path / "dataset")
    bag = imported(tmp_path, last_frame=last_frame)
    before_last, last = transitions_of(bag)[2:4]
    assert (before_last.reward, before_last.discount, before_last.success) == (reward, discount, reward > 0)
    assert (last.terminated, last.truncated, last.outcome) == (terminated, not terminated, last_frame)
    assert last.step_type is StepType.LAST
    assert differences(last.observation.images, before_last.observation.images) == []
    summary = next(record for record in content(bag) if isinstance(record, EpisodeSummary))
    assert (summary.length, summary.outcome, summary.episode_return) == (3, last_frame, reward)


def test_the_success_of_the_dataset_counts_where_it_has_one(tmp_path: Path) -> None:
    write_foreign(tmp_path / "dataset", success=True)
    outcomes = [record.outcome for record in transitions_of(imported(tmp_path)) if record.step_type is StepType.LAST]
    assert outcomes == ["success", "timeout"]


def test_without_a_spec_the_dataset_implies_one(tmp_path: Path) -> None:
    write_foreign(tmp_path / "dataset")
    bag = imported(
        tmp_path, spec=None, mapping="state: {arm: observation.arm}", task="pouring", last_frame=Outcome.SUCCESS
    )
    spec = content(bag)[0]
    assert isinstance(spec, EnvironmentSpec)
    assert (spec.task, spec.robot, spec.action_names, spec.control_rate_hz) == (
        "pouring",
        "other arm",
        ("left", "right"),
        10,
    )
    assert spec.state_groups[0].element_names[:2] == ("joint_0", "joint_1")
    assert spec.state_groups[0].high[0] == STATES[4, 0]
    assert [(camera.name, camera.height) for camera in spec.cameras] == [("top", 64)]
    assert np.array_equal(transitions_of(bag)[1].observation.images[0], smooth_image(1, size=64))


def test_our_own_dataset_without_our_files_is_found_by_its_names(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "original", rich_episode("a"))
    export_dataset(ExportRequest(bag=bag, folder=tmp_path / "dataset"), say=print)
    shutil.rmtree(tmp_path / "dataset/meta/user")
    request = ImportRequest(folder=tmp_path / "dataset", bag=tmp_path / "bag", spec_bag=bag)
    import_dataset(request, say=print)
    for old, new in zip(transitions_of(bag)[:-1], transitions_of(tmp_path / "bag")[:-1], strict=True):
        for field in ("executed_action", "reward", "discount", "success", "task"):
            assert differences(getattr(old, field), getattr(new, field)) == []
        assert differences(old.observation.state, new.observation.state) == []
        assert differences(old.observation.images, new.observation.images) == []


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ("", r"state.tcp_pose = 'none' .*observation\.arm\[9\], observation\.goal\[6\], action\[2\]"),
        ("state: {tcp_pose: observation.leg}", r"state.tcp_pose = 'observation.leg' .*observation\.arm\[9\]"),
        ("state: {tcp_pose: 'observation.arm[4:12]'}", r"elements of observation.arm, which has 9"),
        ("state: {tcp_pose: 'observation.arm[0:3]'}", r"state.tcp_pose = '3 numbers' .*6 of them"),
        ("state: {tail: observation.arm}", r"\['tail'\] .*the spec's tcp_pose, tcp_force, target, camera_0, camera_1"),
        (
            MAPPING.replace("camera_1: observation.images.top", ""),
            r"images.camera_1 = .*which has observation.images.top",
        ),
        ("rewards: next.reward", r"\['rewards'\] .*entries state, images, action, reward, success"),
        ("state: [1, 2]", "state = .*NAME: FEATURE pairs"),
        ("{", "a YAML file"),
    ],
)
def test_what_does_not_fit_is_said_in_one_sentence(tmp_path: Path, mapping: str, sentence: str) -> None:
    write_foreign(tmp_path / "dataset")
    with pytest.raises(ConfigurationError, match=sentence):
        imported(tmp_path, mapping=mapping, last_frame=Outcome.SUCCESS)
    assert not list(tmp_path.glob("bag*"))


def test_an_end_that_nobody_names_is_asked_for(tmp_path: Path) -> None:
    write_foreign(tmp_path / "dataset")
    with pytest.raises(ConfigurationError, match=r"success = 'none' .*--last-frame success\|timeout"):
        imported(tmp_path)


def test_another_rate_is_refused_with_both_numbers(tmp_path: Path) -> None:
    write_foreign(tmp_path / "dataset", fps=30)
    with pytest.raises(ConfigurationError, match=r"fps = 30.0 .*control_rate_hz, 10"):
        imported(tmp_path, last_frame=Outcome.SUCCESS)


def test_images_that_are_too_small_are_refused_and_nothing_is_left(tmp_path: Path) -> None:
    write_foreign(tmp_path / "dataset", image_size=16)
    with pytest.raises(LogError, match="the image of camera camera_0 is 16x16 pixels, .*nothing was imported"):
        imported(tmp_path, last_frame=Outcome.SUCCESS)
    assert not list(tmp_path.glob("bag*"))


def test_a_table_that_promises_more_frames_than_there_are_is_refused(tmp_path: Path) -> None:
    folder = write_foreign(tmp_path / "dataset")
    file = folder / "data/chunk-000/file-000.parquet"
    pq.write_table(pq.read_table(file).slice(0, 4), file)
    with pytest.raises(ConfigurationError, match="1 frames of episode 1.*2, as meta/episodes says"):
        imported(tmp_path, last_frame=Outcome.SUCCESS)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ({"codebase_version": "v2.1"}, "codebase_version v2.1.*convert_dataset_v21_to_v30"),
        ({"features": None}, "without fps or features"),
    ],
)
def test_other_versions_are_refused(tmp_path: Path, damage: dict[str, object], sentence: str) -> None:
    path = write_foreign(tmp_path / "dataset") / "meta/info.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | damage))
    with pytest.raises(ConfigurationError, match=sentence):
        imported(tmp_path)


def test_a_folder_that_is_no_dataset_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dataset").mkdir()
    with pytest.raises(ConfigurationError, match="the folder of a LeRobot dataset"):
        imported(tmp_path)
