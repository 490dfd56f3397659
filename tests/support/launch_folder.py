"""A folder with launch files and a package, enough for the launch runner to work in without ROS."""

from __future__ import annotations

import stat
from pathlib import Path

from user_bringup.launcher.expansion import Launch, expand
from user_bringup.launcher.parameters import ParameterFileWriter

PACKAGE = "demo"


class LaunchFolder:
    """Launch files and the executables of the package ``demo``.

    Args:
        root: An empty folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.prefix = root / "prefix"
        self.share = self.prefix / "share" / PACKAGE
        self._lib = self.prefix / "lib" / PACKAGE
        index = self.prefix / "share" / "ament_index" / "resource_index" / "packages"
        for folder in (self.share / "launch", self._lib, index, root / "parameters"):
            folder.mkdir(parents=True)
        (index / PACKAGE).touch()
        self.environment = {"AMENT_PREFIX_PATH": str(self.prefix), "PATH": "/usr/bin:/bin"}

    def write(self, name: str, body: str) -> Path:
        """Write ``<launch>body</launch>`` into a file of the package's launch folder."""
        path = self.share / "launch" / name
        path.write_text(f"<launch>\n{body}\n</launch>\n")
        return path

    def executable(self, name: str, script: str = "true") -> Path:
        """Add a shell script to the package's executables."""
        path = self._lib / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def expand(self, body: str, **arguments: str) -> Launch:
        """Expand a launch file with this body."""
        return self.expand_file(self.write("main.launch.xml", body), **arguments)

    def expand_file(self, path: Path, **arguments: str) -> Launch:
        """Expand one of the launch files."""
        writer = ParameterFileWriter(folder=self.root / "parameters")
        return expand(path, arguments=arguments, environment=self.environment, parameters=writer)
