"""The virtual environment in the checkout: made, adopted, or repaired after a move."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from workspace_setup.progress import Progress
from workspace_setup.ros_installation import RosInstallation
from workspace_setup.stamps import Stamps
from workspace_setup.workspace import Workspace

_STEP = "environment"


def wanted_environment(workspace: Workspace, ros: RosInstallation) -> dict[str, str]:
    """What the stamp of a usable environment says."""
    return {
        "root": str(workspace.root),
        "distribution": ros.distribution,
        "ros_setup_script": str(ros.setup_script or ""),
    }


def environment_is_ready(workspace: Workspace, ros: RosInstallation, stamps: Stamps) -> bool:
    """Whether the environment is there, made for this folder and this ROS 2."""
    return stamps.read(_STEP) == wanted_environment(workspace, ros) and workspace.python.exists()


def earlier_ros(stamps: Stamps) -> RosInstallation | None:
    """The ROS 2 that the environment was made for."""
    match stamps.read(_STEP):
        case {"distribution": str(distribution), "ros_setup_script": str(script)}:
            return RosInstallation(distribution=distribution, setup_script=Path(script) if script else None)
        case _:
            return None


def prepare_environment(workspace: Workspace, ros: RosInstallation, stamps: Stamps, progress: Progress) -> None:
    """Makes the environment usable: moves one that was moved, adopts one without a stamp, else makes a new one.

    Raises:
        SetupError: Python's venv module failed.
    """
    if environment_is_ready(workspace, ros, stamps):
        return
    old = stamps.read(_STEP)
    wanted = wanted_environment(workspace, ros)
    if isinstance(old, dict) and {**old, "root": wanted["root"]} == wanted and workspace.python.exists():
        with progress.step(f"the checkout was moved from {old['root']}: repairing the environment"):
            _relocate(workspace.environment, old_root=str(old["root"]), new_root=wanted["root"])
            _forget_build(workspace, stamps)
    elif old is not None or not _can_adopt(workspace, ros):
        with progress.step(f"Python environment in {workspace.environment}"):
            shutil.rmtree(workspace.environment, ignore_errors=True)
            _forget_build(workspace, stamps)
            # An installed ROS 2, and a torch that the user chose, are seen through the environment.
            shared = [] if ros.is_wheels and not _torch_is_importable() else ["--system-site-packages"]
            progress.run([_base_python(), "-m", "venv", *shared, str(workspace.environment)], folder=workspace.root)
    stamps.write(_STEP, wanted)


def _forget_build(workspace: Workspace, stamps: Stamps) -> None:
    for step in ("prefix", "build"):
        stamps.forget(step)
    for folder in workspace.build_products:
        shutil.rmtree(folder, ignore_errors=True)


def _can_adopt(workspace: Workspace, ros: RosInstallation) -> bool:
    """Whether an environment that somebody made by hand in this place can be completed."""
    pip = workspace.environment / "bin" / "pip"
    if not ros.is_wheels or not workspace.python.exists() or not pip.is_file():
        return False
    return str(workspace.environment) in pip.read_text(encoding="utf-8", errors="replace").partition("\n")[0]


def _base_python() -> str:
    """The interpreter that an environment is made from, even where one of an environment runs this."""
    return str(getattr(sys, "_base_executable", sys.executable))


def _torch_is_importable() -> bool:
    check = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)"
    return subprocess.run([_base_python(), "-c", check], check=False, cwd=os.sep).returncode == 0


def _relocate(environment: Path, *, old_root: str, new_root: str) -> None:
    """Replaces the old place in the texts that have it: scripts, CMake files and the configuration."""
    scripts = [path for path in (environment / "bin").iterdir() if path.is_file() and not path.is_symlink()]
    cmake_files = environment.glob("share/*/cmake/*.cmake")
    old, new = f"{old_root}/.venv".encode(), f"{new_root}/.venv".encode()
    for path in (*scripts, *cmake_files, environment / "pyvenv.cfg"):
        content = path.read_bytes()
        if old in content and b"\0" not in content:
            path.write_bytes(content.replace(old, new))
