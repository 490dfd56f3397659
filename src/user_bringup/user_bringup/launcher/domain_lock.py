"""One whole system in a ROS domain of a machine: the processes of a second one would answer those of the first."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from user_bringup.launcher.errors import LaunchError

_PARTS = ("robot", "policy")
"""Values of the launch argument `role` that start a part beside a learner that may be running here already."""


@contextmanager
def alone_in_its_domain(arguments: Mapping[str, str], *, environment: Mapping[str, str]) -> Iterator[None]:
    """Hold this machine's lock of the domain; it goes with the process, however that ends.

    Args:
        arguments: Of the launch.
        environment: Variables, of which ROS_DOMAIN_ID counts.

    Raises:
        LaunchError: When another launch holds it.
    """
    if arguments.get("role") in _PARTS:
        yield
        return
    domain = environment.get("ROS_DOMAIN_ID") or "0"
    path = Path(tempfile.gettempdir()) / f"user_ros2_launch_{os.getuid()}_{domain}.lock"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise LaunchError(
                f"another launch (pid {file.read().strip() or 'unknown'}) is running on this machine in ROS domain "
                f"{domain}, and the two would answer each other; stop it, or set another ROS_DOMAIN_ID."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
