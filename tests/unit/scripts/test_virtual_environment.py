from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from tests.support.recorded_progress import RecordedProgress
from workspace_setup.ros_installation import RosInstallation
from workspace_setup.stamps import Stamps
from workspace_setup.virtual_environment import earlier_ros, environment_is_ready, prepare_environment
from workspace_setup.workspace import Workspace


def prepare(workspace: Workspace, ros: RosInstallation) -> list[str]:
    progress = RecordedProgress(workspace.root)
    prepare_environment(workspace, ros, Stamps(workspace.stamps), progress)
    return progress.commands


@pytest.fixture
def made(workspace: Workspace, ros: RosInstallation) -> Workspace:
    """A checkout whose environment was made in its place."""
    binaries = workspace.environment / "bin"
    binaries.mkdir(parents=True)
    workspace.python.write_bytes(b"\0ELF")
    (binaries / "pip").write_text(f"#!{workspace.python}\nimport pip\n")
    cmake = workspace.environment / "share" / "rclpy" / "cmake"
    cmake.mkdir(parents=True)
    (cmake / "rclpy.cmake").write_text(f'set(include "{workspace.environment}/include")')
    (workspace.environment / "pyvenv.cfg").write_text(f"command = python -m venv {workspace.environment}\n")
    prepare(workspace, ros)
    return workspace


def test_environment_is_made_where_there_is_none(workspace: Workspace, ros: RosInstallation):
    (command,) = prepare(workspace, ros)
    assert command.endswith(f"-m venv {workspace.environment}")


def test_environment_on_an_installed_ros_sees_its_packages(workspace: Workspace, tmp_path: Path):
    installed = RosInstallation(distribution="jazzy", setup_script=tmp_path / "setup.bash")
    (command,) = prepare(workspace, installed)
    assert "--system-site-packages" in command
    assert earlier_ros(Stamps(workspace.stamps)) == installed


def test_environment_made_by_hand_is_adopted(made: Workspace, ros: RosInstallation):
    assert environment_is_ready(made, ros, Stamps(made.stamps))


def test_environment_that_is_ready_is_left_alone(made: Workspace, ros: RosInstallation):
    assert prepare(made, ros) == []


def test_half_made_environment_is_made_again(workspace: Workspace, ros: RosInstallation):
    (workspace.environment / "bin").mkdir(parents=True)
    workspace.python.touch()
    assert len(prepare(workspace, ros)) == 1


def test_environment_of_another_ros_is_made_again(made: Workspace, tmp_path: Path):
    installed = RosInstallation(distribution="jazzy", setup_script=tmp_path / "setup.bash")
    assert len(prepare(made, installed)) == 1


def test_moved_checkout_is_repaired_in_place(made: Workspace, ros: RosInstallation, tmp_path: Path):
    (made.root / "install").mkdir()
    Stamps(made.stamps).write("build", {"nodes": "done"})
    moved = Workspace(root=tmp_path / "elsewhere")
    shutil.move(made.root, moved.root)

    assert not environment_is_ready(moved, ros, Stamps(moved.stamps))
    assert prepare(moved, ros) == []

    texts = [
        (moved.environment / name).read_text() for name in ("bin/pip", "share/rclpy/cmake/rclpy.cmake", "pyvenv.cfg")
    ]
    assert all(str(moved.environment) in text and str(made.environment) not in text for text in texts)
    assert moved.python.read_bytes() == b"\0ELF"
    assert not (moved.root / "install").exists()
    assert Stamps(moved.stamps).read("build") is None
    assert environment_is_ready(moved, ros, Stamps(moved.stamps))


def test_checkout_that_was_moved_and_sourced_another_ros_is_made_again(made: Workspace, tmp_path: Path):
    moved = dataclasses.replace(made, root=tmp_path / "elsewhere")
    shutil.move(made.root, moved.root)
    installed = RosInstallation(distribution="jazzy", setup_script=tmp_path / "setup.bash")
    assert len(prepare(moved, installed)) == 1
