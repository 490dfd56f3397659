"""A run that is launched unless it is there, and figures of its report in words."""

from __future__ import annotations

import json
import math
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


def success_rate(evaluation: dict[str, Any] | None) -> float:
    """Return it; NaN of an evaluation that did not take place, which is neither more nor less than anything."""
    return math.nan if evaluation is None else float(evaluation["success_rate"])


def count(evaluation: dict[str, Any] | None) -> str:
    """Return successes of episodes."""
    if evaluation is None:
        return "-"
    return f"{evaluation['successes']}/{evaluation['episodes']}"


def interval(evaluation: dict[str, Any] | None) -> str:
    """Return the 95 % interval of the success rate."""
    if evaluation is None:
        return "-"
    return f"{100 * evaluation['wilson_low']:.0f}-{100 * evaluation['wilson_high']:.0f} %"
