from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.recorded_progress import RecordedProgress
from workspace_setup.errors import SetupError
from workspace_setup.ros_installation import RosInstallation
from workspace_setup.settings import Settings
from workspace_setup.stamps import Stamps
from workspace_setup.wheels import install_torch, install_wheels
from workspace_setup.workspace import Workspace

_LOCKS = sorted((Path(__file__).parents[3] / "requirements").glob("*/*.txt"))
_CPU_INDEX = "https://download.pytorch.org/whl/cpu"


def torch_commands(workspace: Workspace, fails: Callable[[str], bool], settings: Settings) -> list[str]:
    """Install torch and return the pip commands from their verb on."""
    progress = RecordedProgress(workspace.root, fails=fails)
    install_torch(workspace, settings, Stamps(workspace.stamps), progress)
    return [command.partition("--no-input ")[2] for command in progress.commands if "pip" in command]


def is_torch_check(command: str) -> bool:
    return "m.version('torch')" in command


def test_locked_packages_are_installed_once_with_hashes(workspace: Workspace, ros: RosInstallation):
    progress, stamps = RecordedProgress(workspace.root), Stamps(workspace.stamps)
    for _ in range(2):
        install_wheels(workspace, ros, Settings(), stamps, progress)
    install, check = progress.commands
    assert "--no-deps --require-hashes" in install
    assert re.findall(r"(\w+)\.txt", install) == ["ros", "robot", "learning", "development"]
    assert check.endswith("check")


def test_robot_gets_neither_learning_nor_torch(workspace: Workspace, ros: RosInstallation):
    progress = RecordedProgress(workspace.root)
    install_wheels(workspace, ros, Settings(role="robot"), Stamps(workspace.stamps), progress)
    assert re.findall(r"(\w+)\.txt", progress.commands[0]) == ["ros", "robot"]
    assert torch_commands(workspace, lambda command: True, Settings(role="robot")) == []


def test_changed_lock_is_installed(workspace: Workspace, ros: RosInstallation):
    progress, stamps = RecordedProgress(workspace.root), Stamps(workspace.stamps)
    install_wheels(workspace, ros, Settings(), stamps, progress)
    (workspace.root / "requirements/wheels/robot.txt").write_text("robot==2\n")
    install_wheels(workspace, ros, Settings(), stamps, progress)
    assert len(progress.commands) == 4


def test_interrupted_installation_is_done_again(workspace: Workspace, ros: RosInstallation):
    stamps = Stamps(workspace.stamps)
    with pytest.raises(SetupError):
        failing = RecordedProgress(workspace.root, fails=lambda command: "install" in command)
        install_wheels(workspace, ros, Settings(), stamps, failing)
    progress = RecordedProgress(workspace.root)
    install_wheels(workspace, ros, Settings(), stamps, progress)
    assert len(progress.commands) == 2


def test_importable_torch_is_kept(workspace: Workspace):
    assert torch_commands(workspace, lambda command: False, Settings()) == []


def test_cpu_torch_comes_from_the_configured_index_first(workspace: Workspace):
    commands = torch_commands(workspace, is_torch_check, Settings())
    assert commands == ["install --no-deps torch==2.13.0+cpu"]


def test_cpu_torch_comes_from_its_own_index_next_and_from_pypi_last(workspace: Workspace):
    def fails(command: str) -> bool:
        return is_torch_check(command) or "+cpu" in command

    assert torch_commands(workspace, fails, Settings()) == [
        "install --no-deps torch==2.13.0+cpu",
        f"install --no-deps --index-url {_CPU_INDEX} torch==2.13.0+cpu",
        "install torch==2.13.0",
    ]


@pytest.mark.parametrize("lock", _LOCKS, ids=lambda lock: f"{lock.parent.name}/{lock.stem}")
def test_lock_pins_everything_with_hashes_and_names_no_index(lock: Path):
    text = lock.read_text()
    requirements = re.findall(r"^[A-Za-z0-9].*", text, flags=re.MULTILINE)
    assert requirements
    assert all("==" in requirement and requirement.endswith("\\") for requirement in requirements)
    assert "://" not in text and "--index" not in text and "--find-links" not in text


def test_ros_lock_names_no_package_of_other_people():
    """rclpy, sensor_msgs … are other projects on PyPI; the ROS ones all begin with ros-."""
    (lock,) = [lock for lock in _LOCKS if lock.name == "ros.txt"]
    names = re.findall(r"^([A-Za-z0-9._-]+)==", lock.read_text(), flags=re.MULTILINE)
    assert "ros-rclpy" in names
    assert not [name for name in names if re.fullmatch(r"(?!ros-).*(rcl|ament|rosidl|rmw|msgs).*", name)]
