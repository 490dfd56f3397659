"""A run that is launched unless it is there, and figures of its report in words."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def launched(run: Path, words: list[str]) -> dict[str, Any]:
    """Return the report of a run, which goes on unless it is finished; what it prints goes to a file beside it."""
    log = run.with_name(f"{run.name}.log")
    if not _is_finished(run):
        run.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a") as printed:
            command = ["./user", "launch", *words, f"run:={run}"]
            subprocess.run(command, check=False, cwd=ROOT, stdout=printed, stderr=printed)
    if not _is_finished(run):
        raise SystemExit(f"{run} is not finished, {log} says why; the same command goes on with it")
    return _report(run)


def _is_finished(run: Path) -> bool:
    return (run / "report.json").is_file() and _report(run)["exit_status"] is not None


def _report(run: Path) -> dict[str, Any]:
    return dict(json.loads((run / "report.json").read_text()))


def count(evaluation: dict[str, Any]) -> str:
    """Return successes of episodes."""
    return f"{evaluation['successes']}/{evaluation['episodes']}"


def interval(evaluation: dict[str, Any]) -> str:
    """Return the 95 % interval of the success rate."""
    return f"{100 * evaluation['wilson_low']:.0f}-{100 * evaluation['wilson_high']:.0f} %"
