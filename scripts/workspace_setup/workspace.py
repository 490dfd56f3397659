"""Where the set-up keeps things in a checkout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """The folders of one checkout.

    Attributes:
        root: The checkout.
    """

    root: Path

    @property
    def environment(self) -> Path:
        """The virtual environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.environment / "bin" / "python"

    @property
    def stamps(self) -> Path:
        """What has been done, one file per step."""
        return self.environment / "user-setup"

    @property
    def log(self) -> Path:
        """What the tools of the set-up printed."""
        return self.root / "log" / "setup.log"

    @property
    def build_products(self) -> tuple[Path, ...]:
        """The folders that colcon makes."""
        return tuple(self.root / name for name in ("build", "install", "log"))

    @property
    def setup_script(self) -> Path:
        """What to source before running anything."""
        return self.root / "install" / "setup.bash"
