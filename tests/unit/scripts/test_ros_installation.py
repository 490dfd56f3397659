from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest

from workspace_setup.errors import SetupError
from workspace_setup.ros_installation import RosInstallation, find_ros


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    (tmp_path / "share" / "rclpy").mkdir(parents=True)
    (tmp_path / "share" / "rclpy" / "package.xml").touch()
    (tmp_path / "setup.bash").touch()
    return tmp_path


def on_machine(monkeypatch: pytest.MonkeyPatch, *, machine: str = "x86_64", python: tuple[int, int] = (3, 12)) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(sys, "version_info", (*python, 0, "final", 0))


def test_sourced_ros_is_used(installed: Path):
    environment = {"ROS_DISTRO": "jazzy", "AMENT_PREFIX_PATH": f"/overlay:{installed}"}
    ros = find_ros(environment, earlier=None)
    assert ros == RosInstallation(distribution="jazzy", setup_script=installed / "setup.bash")


def test_sourced_ros_works_on_any_machine(installed: Path, monkeypatch: pytest.MonkeyPatch):
    on_machine(monkeypatch, machine="aarch64")
    environment = {"ROS_DISTRO": "jazzy", "AMENT_PREFIX_PATH": str(installed)}
    assert not find_ros(environment, earlier=None).is_wheels


def test_own_environment_is_not_taken_for_an_installed_ros(installed: Path, monkeypatch: pytest.MonkeyPatch):
    on_machine(monkeypatch)
    environment = {"ROS_DISTRO": "kilted", "AMENT_PREFIX_PATH": str(installed), "USER_ROS_WHEELS": str(installed)}
    assert find_ros(environment, earlier=None).is_wheels


def test_ros_of_an_earlier_set_up_is_kept_in_a_new_terminal(installed: Path):
    earlier = RosInstallation(distribution="jazzy", setup_script=installed / "setup.bash")
    assert find_ros({}, earlier=earlier) == earlier


def test_ros_that_was_removed_since_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    on_machine(monkeypatch)
    earlier = RosInstallation(distribution="jazzy", setup_script=tmp_path / "gone.bash")
    assert find_ros({}, earlier=earlier).is_wheels


def test_sourced_ros_without_rclpy_is_explained():
    with pytest.raises(SetupError, match="no sourced prefix has rclpy; install ros-humble-ros-base"):
        find_ros({"ROS_DISTRO": "humble"}, earlier=None)


@pytest.mark.parametrize("python", [(3, 11), (3, 13)])
def test_wheels_are_used_on_a_supported_machine(monkeypatch: pytest.MonkeyPatch, python: tuple[int, int]):
    on_machine(monkeypatch, python=python)
    assert find_ros({}, earlier=None) == RosInstallation(distribution="kilted", setup_script=None)


def test_other_processor_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch):
    on_machine(monkeypatch, machine="aarch64")
    with pytest.raises(SetupError, match=r"only Linux x86_64 works\. Install ROS 2 Jazzy or Kilted"):
        find_ros({}, earlier=None)


@pytest.mark.parametrize("python", [(3, 10), (3, 14)])
def test_other_python_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch, python: tuple[int, int]):
    on_machine(monkeypatch, python=python)
    with pytest.raises(SetupError, match=r"Python 3\.11 to 3\.13 is needed"):
        find_ros({}, earlier=None)
