"""The packages from PyPI: locked with hashes, except torch, whose build depends on the machine."""

from __future__ import annotations

from pathlib import Path

from workspace_setup.progress import Progress
from workspace_setup.ros_installation import RosInstallation
from workspace_setup.settings import Settings
from workspace_setup.stamps import Stamps, fingerprint
from workspace_setup.workspace import Workspace

_CPU_INDEX = "https://download.pytorch.org/whl/cpu"


def lock_files(workspace: Workspace, ros: RosInstallation, settings: Settings) -> list[Path]:
    """The locks of this machine: what it runs, and on which ROS 2."""
    folder = workspace.root / "requirements" / ("wheels" if ros.is_wheels else "system_ros")
    groups = ["robot"] if settings.role == "robot" else ["robot", "learning", "development"]
    return [folder / f"{group}.txt" for group in (["ros", *groups] if ros.is_wheels else groups)]


def wanted_wheels(workspace: Workspace, ros: RosInstallation, settings: Settings) -> str:
    """Fingerprint of what has to be installed."""
    locks = lock_files(workspace, ros, settings)
    return fingerprint([lock.name for lock in locks] + [lock.read_text(encoding="utf-8") for lock in locks])


def install_wheels(
    workspace: Workspace, ros: RosInstallation, settings: Settings, stamps: Stamps, progress: Progress
) -> None:
    """Installs the locked packages. What is there already in the locked version stays.

    Raises:
        SetupError: pip failed, or the packages do not fit together.
    """
    wanted = wanted_wheels(workspace, ros, settings)
    if stamps.read("wheels") == wanted:
        return
    with progress.step("Python packages" + (" and ROS 2 Kilted from PyPI" if ros.is_wheels else " from PyPI")):
        # --no-deps, because the lock is complete, and the ROS wheels name dependencies that are not on PyPI.
        files = [word for lock in lock_files(workspace, ros, settings) for word in ("--requirement", str(lock))]
        _pip(workspace, progress, "install", "--no-deps", "--require-hashes", *files)
        if ros.is_wheels:
            _pip(workspace, progress, "check")
    stamps.write("wheels", wanted)


def wanted_torch(workspace: Workspace, settings: Settings) -> str:
    """Fingerprint of which torch has to be installed."""
    requirement = (workspace.root / "requirements" / "torch.txt").read_text(encoding="utf-8")
    return fingerprint([requirement, settings.torch, settings.role])


def install_torch(workspace: Workspace, settings: Settings, stamps: Stamps, progress: Progress) -> None:
    """Installs torch unless the role needs none, or one is importable that is not the wrong build of ours.

    Raises:
        SetupError: pip failed everywhere.
    """
    wanted = wanted_torch(workspace, settings)
    if stamps.read("torch") == wanted:
        return
    if settings.role != "robot":
        wrong_build = "+cpu" if settings.torch == "cuda" else "no such build"
        check = (
            "import importlib.metadata as m, sys\n"
            "try: sys.exit(m.version('torch').endswith(sys.argv[1]))\n"
            "except m.PackageNotFoundError: sys.exit(1)"
        )
        if progress.succeeds([str(workspace.python), "-c", check, wrong_build], folder=workspace.root):
            progress.say("[set-up] torch: the one that is importable is kept")
        else:
            with progress.step(f"torch for {settings.torch.upper()}"):
                _install_torch_build(workspace, settings, progress)
    stamps.write("torch", wanted)


def _install_torch_build(workspace: Workspace, settings: Settings, progress: Progress) -> None:
    requirement = (workspace.root / "requirements" / "torch.txt").read_text(encoding="utf-8").strip()
    if settings.torch == "cuda":
        _pip(workspace, progress, "install", "--upgrade", "--force-reinstall", "--no-deps", requirement)
        _pip(workspace, progress, "install", requirement)
        return
    # PyPI has no CPU build, torch's own index has; a mirror or a folder that pip is configured with may have it too,
    # and is asked first because torch's index may be out of reach.
    attempts = (
        ["--no-deps", f"{requirement}+cpu"],
        ["--no-deps", "--index-url", _CPU_INDEX, f"{requirement}+cpu"],
    )
    for arguments in attempts:
        if progress.succeeds(_pip_command(workspace, "install", *arguments), folder=workspace.root):
            return
    progress.say("[set-up] torch: no CPU build in reach; taking PyPI's build, which is larger")
    _pip(workspace, progress, "install", requirement)


def _pip(workspace: Workspace, progress: Progress, *arguments: str) -> None:
    progress.run(_pip_command(workspace, *arguments), folder=workspace.root)


def _pip_command(workspace: Workspace, *arguments: str) -> list[str]:
    return [str(workspace.python), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
