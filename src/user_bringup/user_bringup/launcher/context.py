"""The state that a launch file reads and changes while it is walked: variables, environment, current file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from user_bringup.launcher.errors import LaunchError

# A file that includes itself until a condition ends it is a loop, as for N arms; more than this is a mistake.
MAX_INCLUDE_DEPTH = 100


@dataclass(kw_only=True)
class LaunchContext:
    """What the next tag sees.

    Attributes:
        variables: Launch configurations by name, set by arguments, ``arg`` and ``let``.
        environment: Environment of the processes that come later in the document.
        namespace: Namespace that relative namespaces of nodes are put under; empty for none.
        files: The files being walked, the included ones last.
    """

    variables: dict[str, str]
    environment: dict[str, str]
    namespace: str
    files: list[Path]

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Undoes at its end what was set inside: variables, environment and namespace."""
        variables, environment, namespace = dict(self.variables), dict(self.environment), self.namespace
        try:
            yield
        finally:
            self.variables, self.environment, self.namespace = variables, environment, namespace

    @contextmanager
    def file(self, path: Path) -> Iterator[None]:
        """Makes ``path`` the current file. What is set inside stays set: an include is not a scope.

        Raises:
            LaunchError: Files include each other without an end.
        """
        if len(self.files) >= MAX_INCLUDE_DEPTH:
            raise LaunchError(f"{path} is included {MAX_INCLUDE_DEPTH} levels deep; give its include an if that ends.")
        self.files.append(path)
        try:
            yield
        finally:
            self.files.pop()
