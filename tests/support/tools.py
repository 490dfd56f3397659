"""Command line tools of the packages, run as a user runs them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def run_tool(name: str, *arguments: object, timeout_s: float = 120.0) -> subprocess.CompletedProcess[str]:
    """Run an executable of user_bringup and return what it printed."""
    for prefix in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep):
        path = Path(prefix) / "lib" / "user_bringup" / name
        if path.is_file():
            command = [str(path), *map(str, arguments)]
            return subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)
    raise RuntimeError(f"user_bringup has no executable {name}; run the tests with ./user test")
