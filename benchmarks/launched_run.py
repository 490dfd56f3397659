"""A run that is launched unless it is there, and figures of its report in words."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def launched(run: Path, words: list[str]) -> dict[str, Any]:
    """Return the report of a run; what its launch prints goes to a file beside its folder."""
    if not (run / "report.json").is_file():
        run.parent.mkdir(parents=True, exist_ok=True)
        with run.with_name(f"{run.name}.log").open("w") as log:
            command = ["./user", "launch", *words, f"run:={run}"]
            subprocess.run(command, check=False, cwd=ROOT, stdout=log, stderr=log)
    return dict(json.loads((run / "report.json").read_text()))


def count(evaluation: dict[str, Any]) -> str:
    """Return successes of episodes."""
    return f"{evaluation['successes']}/{evaluation['episodes']}"


def interval(evaluation: dict[str, Any]) -> str:
    """Return the 95 % interval of the success rate."""
    return f"{100 * evaluation['wilson_low']:.0f}-{100 * evaluation['wilson_high']:.0f} %"
