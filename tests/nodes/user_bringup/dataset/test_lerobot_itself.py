"""lerobot's own loader reads what we export, and we import what lerobot itself has written.

lerobot brings its own torch, so it lives in an environment of its own:

    python3.12 -m venv FOLDER && FOLDER/bin/pip install 'lerobot[dataset]==0.6.1'
    USER_LEROBOT_PYTHON=FOLDER/bin/python ./user test tests/nodes/user_bringup/dataset
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="./user build role:=all installs it")
pytest.importorskip("av", reason="./user build role:=all installs it")

from tests.support.dataset_bags import SPEC, psnr_db, rich_episode, transitions_of, write_bag
from user_bringup.dataset.export import ExportRequest, export_dataset
from user_bringup.dataset.features import PRIVILEGED_STATE, STATE
from user_bringup.dataset.import_ import ImportRequest, import_dataset
from user_core.types import Outcome, StepType

PYTHON = os.environ.get("USER_LEROBOT_PYTHON", "")

pytestmark = [
    pytest.mark.ros,
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not PYTHON, reason="USER_LEROBOT_PYTHON names no interpreter that has lerobot"),
]


def run_with_lerobot(program: str, *arguments: str | Path, home: Path) -> None:
    """Run a program of tests/support by lerobot's interpreter, without a network."""
    script = Path(__file__).parents[3] / "support" / program
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "HF_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    command = [PYTHON, str(script), *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-4000:]


@pytest.mark.parametrize("video", [False, True], ids=["png", "video"])
def test_lerobot_loads_what_we_export(tmp_path: Path, video: bool) -> None:
    bag = write_bag(tmp_path / "bag", [*rich_episode("a", length=6), *rich_episode("b", length=3, sequence=20)])
    export_dataset(ExportRequest(bag=bag, folder=tmp_path / "dataset", video=video), say=print)
    run_with_lerobot("read_with_lerobot.py", tmp_path / "dataset", tmp_path / "read.npz", home=tmp_path)
    read = np.load(tmp_path / "read.npz")
    said: dict[str, Any] = json.loads(str(read["said"]))
    assert (said["episodes"], said["fps"], said["lengths"]) == (2, 10, [6, 3])

    records = [record for record in transitions_of(bag) if record.step_type is not StepType.LAST]
    states = np.concatenate([read[STATE], read[PRIVILEGED_STATE]], axis=1)  # the target group is the last one here
    assert np.array_equal(states, np.stack([record.observation.state for record in records]))
    assert np.array_equal(read["action"], np.stack([record.executed_action for record in records]))
    assert read["next.reward"].tolist() == [record.reward for record in records]
    assert read["discount"].tolist() == [record.discount for record in records]
    assert read["next.done"].tolist() == [False] * 5 + [True] + [False] * 2 + [True]
    assert read["frame_index"].tolist() == [*range(6), *range(3)]
    assert set(read["task"].tolist()) == {"insert the peg"}
    for number, camera in enumerate(SPEC.cameras):
        frames = (read[f"observation.images.{camera.name}"] * 255).round().astype(np.uint8).transpose(0, 2, 3, 1)
        ratios = [psnr_db(a, b.observation.images[number]) for a, b in zip(frames, records, strict=True)]
        assert min(ratios) >= (35 if video else np.inf)


def test_lerobot_gives_a_policy_no_privileged_state_and_one_action(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", rich_episode("a"))
    export_dataset(ExportRequest(bag=bag, folder=tmp_path / "dataset"), say=print)
    run_with_lerobot("read_with_lerobot.py", tmp_path / "dataset", tmp_path / "read.npz", home=tmp_path)
    said: dict[str, Any] = json.loads(str(np.load(tmp_path / "read.npz")["said"]))
    cameras = {f"observation.images.{camera.name}": "VISUAL" for camera in SPEC.cameras}
    assert said["policy_features"] == {**cameras, STATE: "STATE", "action": "ACTION"}
    actions = np.stack([record.executed_action for record in transitions_of(bag)[:-1]])
    assert np.allclose(said["statistics"]["action"]["mean"], actions.mean(axis=0))
    assert np.allclose(said["statistics"]["action"]["q90"], np.quantile(actions, 0.9, axis=0))
    assert np.shape(said["statistics"]["observation.images.camera_0"]["mean"]) == (3, 1, 1)


@pytest.mark.parametrize("kind", ["image", "video"])
def test_we_import_what_lerobot_has_written(tmp_path: Path, kind: str) -> None:
    run_with_lerobot("write_with_lerobot.py", tmp_path / "dataset", kind, home=tmp_path)
    request = ImportRequest(
        folder=tmp_path / "dataset", bag=tmp_path / "bag", task="pouring", last_frame=Outcome.SUCCESS
    )
    import_dataset(request, say=print)
    records = [record for record in transitions_of(tmp_path / "bag") if record.step_type is not StepType.LAST]
    assert [record.observation.step for record in records] == [*range(6), *range(4)]
    assert [record.observation.instruction for record in records] == ["pour"] * 6 + ["stir"] * 4
    assert [record.observation.state[2] for record in records] == [*range(6), *range(4)]
    assert [round(float(record.executed_action[1]) * 10) for record in records] == [*range(6), *range(4)]
    blues = [float(record.observation.images[0][:, :, 2].mean()) for record in records]
    assert np.allclose(blues, [20 * index for index in range(10)], atol=0 if kind == "image" else 4)
