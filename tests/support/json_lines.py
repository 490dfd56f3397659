"""Files of JSON lines that another process may be writing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def whole_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows that are whole: none for a file that is not there yet, and never a torn last one."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
