"""Stamps: which steps are done, and with what input.

A step's stamp is written after everything else it does, so an interrupted step is simply done again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


class Stamps:
    """One small JSON file per step.

    Args:
        folder: Where they are; made when the first one is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, step: str) -> object:
        """What was written for a step, or None if it was not done or its stamp is unreadable."""
        try:
            return json.loads((self._folder / f"{step}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def write(self, step: str, content: object) -> None:
        """Marks a step as done, in one piece."""
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = self._folder / f"{step}.json.part"
        unfinished.write_text(json.dumps(content), encoding="utf-8")
        unfinished.replace(self._folder / f"{step}.json")

    def forget(self, step: str) -> None:
        """Marks a step as not done."""
        (self._folder / f"{step}.json").unlink(missing_ok=True)


def fingerprint(texts: Iterable[str], files: Iterable[Path] = ()) -> str:
    """A digest of some texts, and of some files with their names.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode() + b"\0")
    for file in files:
        digest.update(str(file).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()
