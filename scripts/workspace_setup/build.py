"""The ROS side: the repaired prefix, and the workspace built by colcon."""

from __future__ import annotations

import os
from pathlib import Path

from workspace_setup.progress import Progress
from workspace_setup.ros_installation import WHEELS_VARIABLE, RosInstallation
from workspace_setup.settings import Settings
from workspace_setup.stamps import Stamps, fingerprint
from workspace_setup.wheels import wanted_wheels
from workspace_setup.workspace import Workspace

# What is edited in these is not seen through colcon's symbolic links before the package is built again.
_BUILT_FILES = ("package.xml", "setup.py", "setup.cfg", "CMakeLists.txt")
_BUILT_FOLDERS = ("msg", "srv", "action")
# Of these only a new name is not seen: the files themselves are linked.
_LINKED_FOLDERS = ("launch", "config", "rviz", "rqt")

_COLCON = "import sys; from colcon_core.command import main; sys.exit(main())"


def wanted_prefix(workspace: Workspace, ros: RosInstallation, settings: Settings) -> str:
    """Fingerprint of the repaired prefix."""
    script = Path(__file__).with_name("ros_prefix.py")
    return fingerprint(
        [str(workspace.root), wanted_wheels(workspace, ros, settings), script.read_text(encoding="utf-8")]
    )


def repair_prefix(
    workspace: Workspace, ros: RosInstallation, settings: Settings, stamps: Stamps, progress: Progress
) -> None:
    """Makes the environment with the wheels a ROS 2 prefix; an installed ROS 2 is one already.

    Raises:
        SetupError: It failed.
    """
    wanted = wanted_prefix(workspace, ros, settings)
    if stamps.read("prefix") == wanted:
        return
    if ros.is_wheels:
        with progress.step("ROS 2 prefix in the environment"):
            environment = {**os.environ, "PYTHONPATH": str(workspace.root / "scripts")}
            command = [str(workspace.python), "-m", "workspace_setup.ros_prefix"]
            progress.run(command, environment=environment, folder=workspace.root)
    stamps.write("prefix", wanted)


def wanted_build(workspace: Workspace, ros: RosInstallation) -> dict[str, str]:
    """Fingerprint of each package that has to be built, by name."""
    common = [str(workspace.root), ros.distribution, (workspace.root / "colcon.meta").read_text(encoding="utf-8")]
    wanted = {}
    for manifest in sorted(workspace.root.glob("src/*/package.xml")):
        folder = manifest.parent
        files = [folder / name for name in _BUILT_FILES if (folder / name).is_file()]
        files += [file for name in _BUILT_FOLDERS for file in sorted(folder.glob(f"{name}/*"))]
        names = [str(file) for name in _LINKED_FOLDERS for file in sorted(folder.glob(f"{name}/**/*"))]
        wanted[folder.name] = fingerprint([*common, *names], files)
    return wanted


def build_is_ready(workspace: Workspace, ros: RosInstallation, stamps: Stamps) -> bool:
    """Whether every package is built as its files say."""
    return stamps.read("build") == wanted_build(workspace, ros) and workspace.setup_script.is_file()


def build_packages(
    workspace: Workspace, ros: RosInstallation, stamps: Stamps, progress: Progress, *, every: bool
) -> None:
    """Builds the packages that changed, or all of them.

    Raises:
        SetupError: colcon failed.
    """
    wanted = wanted_build(workspace, ros)
    done = stamps.read("build") if workspace.setup_script.is_file() and not every else None
    done = done if isinstance(done, dict) else {}
    changed = [name for name, value in wanted.items() if done.get(name) != value]
    if not changed:
        return
    with progress.step(f"colcon build of {', '.join(changed)}"):
        command = [str(workspace.python), "-c", _COLCON, "build", "--symlink-install", "--packages-select", *changed]
        command += ["--event-handlers", "console_direct+"]
        if ros.is_wheels:
            command += ["--cmake-args", "-DUSER_UNITY_BUILD=ON"]
        underlay = workspace.environment / "local_setup.bash" if ros.is_wheels else ros.setup_script
        sourced = ["bash", "-c", 'source "$0" && exec "$@"', str(underlay), *command]
        progress.run(sourced, environment=_build_environment(workspace, ros), folder=workspace.root)
    stamps.write("build", wanted)


def _build_environment(workspace: Workspace, ros: RosInstallation) -> dict[str, str]:
    environment = dict(os.environ)
    if ros.is_wheels or WHEELS_VARIABLE in environment:
        # A workspace that happens to be sourced, this one included, must not become an underlay of the build.
        for name in ("AMENT_PREFIX_PATH", "CMAKE_PREFIX_PATH", "COLCON_PREFIX_PATH", "PYTHONPATH"):
            environment.pop(name, None)
    environment["PATH"] = f"{workspace.environment / 'bin'}{os.pathsep}{environment.get('PATH', os.defpath)}"
    # colcon's own default adds a load limit, which makes a busy machine build one file at a time.
    environment.setdefault("MAKEFLAGS", f"-j{os.cpu_count() or 1}")
    return environment
