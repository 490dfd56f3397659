from __future__ import annotations

import pytest

from tests.support.recorded_progress import RecordedProgress
from workspace_setup.build import build_is_ready, build_packages
from workspace_setup.errors import SetupError
from workspace_setup.ros_installation import RosInstallation
from workspace_setup.stamps import Stamps
from workspace_setup.workspace import Workspace


def build(workspace: Workspace, ros: RosInstallation, *, every: bool = False) -> list[str]:
    """Build and return the names of the packages that were built."""
    progress = RecordedProgress(workspace.root)
    build_packages(workspace, ros, Stamps(workspace.stamps), progress, every=every)
    workspace.setup_script.parent.mkdir(exist_ok=True)
    workspace.setup_script.touch()
    if not progress.commands:
        return []
    (command,) = progress.commands
    return command.partition("--packages-select ")[2].partition(" --")[0].split()


def test_first_build_builds_everything_and_the_second_nothing(workspace: Workspace, ros: RosInstallation):
    assert build(workspace, ros) == ["messages", "nodes"]
    assert build_is_ready(workspace, ros, Stamps(workspace.stamps))
    assert build(workspace, ros) == []


def test_changed_message_builds_its_package_only(workspace: Workspace, ros: RosInstallation):
    build(workspace, ros)
    (workspace.root / "src/messages/msg/Pose.msg").write_text("float64 y")
    assert not build_is_ready(workspace, ros, Stamps(workspace.stamps))
    assert build(workspace, ros) == ["messages"]


def test_new_launch_file_builds_its_package_and_an_edited_one_does_not(workspace: Workspace, ros: RosInstallation):
    build(workspace, ros)
    file = workspace.root / "src/nodes/launch/task.launch.xml"
    file.write_text("<launch/>")
    assert build(workspace, ros) == ["nodes"]
    file.write_text("<launch></launch>")
    assert build(workspace, ros) == []


def test_every_builds_what_did_not_change(workspace: Workspace, ros: RosInstallation):
    build(workspace, ros)
    assert build(workspace, ros, every=True) == ["messages", "nodes"]


def test_missing_install_folder_builds_everything(workspace: Workspace, ros: RosInstallation):
    build(workspace, ros)
    workspace.setup_script.unlink()
    assert build(workspace, ros) == ["messages", "nodes"]


def test_failed_build_is_done_again(workspace: Workspace, ros: RosInstallation):
    stamps, progress = Stamps(workspace.stamps), RecordedProgress(workspace.root, fails=lambda command: True)
    with pytest.raises(SetupError):
        build_packages(workspace, ros, stamps, progress, every=False)
    assert not build_is_ready(workspace, ros, stamps)
    assert build(workspace, ros) == ["messages", "nodes"]
