"""What can be wrong with a launch file or its arguments."""

from __future__ import annotations


class LaunchError(Exception):
    """A launch that cannot start; the message says what, the value, what is allowed and where to change it."""


class LaunchFileError(LaunchError):
    """A launch file that breaks a rule.

    Args:
        where: File and line, ``path:line``.
        message: What is wrong there and what is allowed.
    """

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}")
        self.where = where


class LaunchArgumentError(LaunchError):
    """A launch argument that is unknown, missing or not one of the choices."""
