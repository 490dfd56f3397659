"""The few things that come from the system's package manager."""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import shutil
import sysconfig
from pathlib import Path

from workspace_setup.errors import SetupError
from workspace_setup.progress import Progress

_PROGRAMS = {"cmake": "cmake", "make": "make", "g++": "g++"}
_LIBRARIES = {"EGL": "libegl1", "OpenGL": "libopengl0"}
_MESA_DRIVERS = "libgl1-mesa-dri"


def missing_packages() -> list[str]:
    """The Debian names of what is missing: compilers, Python's headers, and what rendering without a screen needs."""
    missing = [package for program, package in _PROGRAMS.items() if shutil.which(program) is None]
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        missing.append("python3-dev")
    if importlib.util.find_spec("ensurepip") is None:
        missing.append("python3-venv")
    missing += [package for library, package in _LIBRARIES.items() if ctypes.util.find_library(library) is None]
    if not _has_mesa_drivers():
        missing.append(_MESA_DRIVERS)
    return missing


def install_missing_packages(progress: Progress, *, folder: Path) -> None:
    """Installs what is missing when root on a Debian or Ubuntu.

    Raises:
        SetupError: Something is missing and only the user can install it; the message has the line to type.
    """
    missing = missing_packages()
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise SetupError(f"These are missing; install what your system calls them: {' '.join(missing)}.")
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if os.geteuid() != 0:
        raise SetupError(f"System packages are missing. Type this, then try again:\n    sudo {' '.join(command)}")
    with progress.step(f"system packages ({' '.join(missing)})"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if not progress.succeeds(command, environment=quiet, folder=folder):
            progress.run(["apt-get", "update"], environment=quiet, folder=folder)
            progress.run(command, environment=quiet, folder=folder)


def _has_mesa_drivers() -> bool:
    """Mesa's software rasteriser, or a maker's driver that brings its own EGL."""
    folders = [Path("/usr/lib/x86_64-linux-gnu/dri"), Path("/usr/lib/aarch64-linux-gnu/dri"), Path("/usr/lib64/dri")]
    vendors = Path("/usr/share/glvnd/egl_vendor.d")
    brings_own = vendors.is_dir() and any("mesa" not in file.name for file in vendors.iterdir())
    return brings_own or any(any(folder.glob("*_dri.so")) for folder in folders)
