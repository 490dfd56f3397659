"""Which ROS 2 to build on: an installed one, or the wheels from PyPI."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workspace_setup.errors import SetupError
from workspace_setup.ros_prefix import ROS_DISTRO

# Set by the environment that this set-up makes (see ros_prefix), so that it is never taken for an installed ROS 2.
WHEELS_VARIABLE = "USER_ROS_WHEELS"

_PYTHON_VERSIONS = ((3, 11), (3, 13))


@dataclass(frozen=True, kw_only=True)
class RosInstallation:
    """A ROS 2.

    Attributes:
        distribution: Its name, such as ``jazzy``.
        setup_script: What to source for it, or None for the wheels, which come with the virtual environment.
    """

    distribution: str
    setup_script: Path | None

    @property
    def is_wheels(self) -> bool:
        """Whether it comes from PyPI."""
        return self.setup_script is None


def find_ros(environment: Mapping[str, str], *, earlier: RosInstallation | None) -> RosInstallation:
    """Chooses the ROS 2 that is sourced, else the one that this checkout was set up with, else the wheels.

    Args:
        environment: The environment that ./user was started in.
        earlier: What an earlier set-up of this checkout used.

    Raises:
        SetupError: The wheels are needed and do not exist for this machine.
    """
    distribution = environment.get("ROS_DISTRO")
    if distribution and WHEELS_VARIABLE not in environment:
        for prefix in environment.get("AMENT_PREFIX_PATH", "").split(":"):
            script = Path(prefix) / "setup.bash"
            if (Path(prefix) / "share" / "rclpy" / "package.xml").is_file() and script.is_file():
                return RosInstallation(distribution=distribution, setup_script=script)
        raise SetupError(
            f"ROS_DISTRO is {distribution!r}, but no sourced prefix has rclpy; install ros-{distribution}-ros-base "
            "or open a terminal without ROS 2 to use the one from PyPI."
        )
    if earlier is not None and earlier.setup_script is not None and earlier.setup_script.is_file():
        return earlier
    _check_wheels_exist()
    return RosInstallation(distribution=ROS_DISTRO, setup_script=None)


def _check_wheels_exist() -> None:
    lowest, highest = _PYTHON_VERSIONS
    here = f"{platform.system()} {platform.machine()} with Python {platform.python_version()}"
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        raise SetupError(
            f"This machine is {here}; without an installed ROS 2 only Linux x86_64 works. "
            "Install ROS 2 Jazzy or Kilted (docs.ros.org), source its setup.bash and try again."
        )
    if not lowest <= sys.version_info[:2] <= highest:
        raise SetupError(
            f"This machine is {here}; without an installed ROS 2 Python 3.11 to 3.13 is needed. "
            "Put one of them first on PATH, or source an installed ROS 2, and try again."
        )
