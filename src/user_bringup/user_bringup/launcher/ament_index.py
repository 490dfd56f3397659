"""Where packages are installed, read from the ament index on AMENT_PREFIX_PATH."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from user_bringup.launcher.errors import LaunchError


def package_prefix(package: str, environment: Mapping[str, str]) -> Path:
    """Finds the first prefix that has a package.

    Raises:
        LaunchError: No prefix has it.
    """
    known: list[str] = []
    for prefix in _prefixes(environment):
        index = prefix / "share" / "ament_index" / "resource_index" / "packages"
        if (index / package).exists():
            return prefix
        if index.is_dir():
            known += [entry.name for entry in index.iterdir()]
    close = get_close_matches(package, known, n=1)
    meant = f" (did you mean {close[0]!r}?)" if close else ""
    raise LaunchError(f"Package {package!r} is not installed{meant}; build it, or source its workspace (./user shell).")


def package_share(package: str, environment: Mapping[str, str]) -> Path:
    """The folder of a package's launch files and configuration.

    Raises:
        LaunchError: The package is not installed.
    """
    return package_prefix(package, environment) / "share" / package


def package_executable(package: str, executable: str, environment: Mapping[str, str]) -> Path:
    """Finds an executable of a package.

    Raises:
        LaunchError: The package is not installed, or has no such executable.
    """
    folder = package_prefix(package, environment) / "lib" / package
    path = folder / executable
    if path.is_file() and os.access(path, os.X_OK):
        return path
    found = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    raise LaunchError(
        f"Package {package!r} has no executable {executable!r}; it has: {', '.join(found) or 'none'} ({folder})."
    )


def _prefixes(environment: Mapping[str, str]) -> list[Path]:
    return [Path(entry) for entry in environment.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if entry]
