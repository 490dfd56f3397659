from __future__ import annotations

from pathlib import Path

import pytest

from workspace_setup.ros_installation import RosInstallation
from workspace_setup.workspace import Workspace

WHEELS = RosInstallation(distribution="kilted", setup_script=None)


@pytest.fixture
def ros() -> RosInstallation:
    return WHEELS


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A checkout with two packages and small locks, set up by nobody yet."""
    root = tmp_path / "checkout"
    for name in ("ros", "robot", "learning", "development"):
        for folder in ("wheels", "system_ros"):
            lock = root / "requirements" / folder / f"{name}.txt"
            lock.parent.mkdir(parents=True, exist_ok=True)
            lock.write_text(f"{name}==1\n")
    (root / "requirements" / "torch.txt").write_text("torch==2.13.0\n")
    (root / "colcon.meta").write_text("{}")
    for package in ("messages", "nodes"):
        (root / "src" / package).mkdir(parents=True)
        (root / "src" / package / "package.xml").write_text("<package/>")
    (root / "src" / "messages" / "msg").mkdir()
    (root / "src" / "messages" / "msg" / "Pose.msg").write_text("float64 x")
    (root / "src" / "nodes" / "launch").mkdir()
    return Workspace(root=root)
