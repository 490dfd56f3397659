"""``evaluate --compare A B``: reads two evaluations, prints and keeps what follows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from user_bringup.evaluation.comparison import compare
from user_bringup.evaluation.evaluation_report import evaluation_report
from user_bringup.evaluation.run_record import RunRecord
from user_bringup.report.comparison_page import comparison_page
from user_bringup.report.comparison_text import comparison_text
from user_core.errors import ConfigurationError, LogError
from user_core.run import write_atomically

_STEM = "comparison"


def compare_folders(a: Path, b: Path) -> str:
    """Compare two evaluation folders, or their report.json, and write comparison.json and .html beside the first.

    Returns:
        The comparison as text.

    Raises:
        ConfigurationError: When one is no complete evaluation, or they are not of the same task, environment and
            seeds.
        LogError: When the files cannot be written.
    """
    report_a, report_b = _read(a), _read(b)
    comparison = compare(report_a, report_b)
    folder, other = _folder(a), _folder(b)
    stem = f"{_STEM}-{other.absolute().name}"
    figures = {"a": str(a), "b": str(b)} | comparison.figures()
    try:
        write_atomically(folder / f"{stem}.json", (json.dumps(figures, indent=1) + "\n").encode())
        write_atomically(folder / f"{stem}.html", comparison_page(report_a, report_b, comparison).encode())
    except OSError as error:
        raise LogError(f"{folder / stem} cannot be written ({error}); free space or make it writable") from error
    return f"{comparison_text(report_a, report_b, comparison)}\n{folder / stem}.html"


def _folder(path: Path) -> Path:
    return path.parent if path.is_file() else path


def _read(path: Path) -> Mapping[str, Any]:
    report = _from_json(path) if path.is_file() else _from_folder(path)
    if report is None or report["abandoned"]:
        why = "it is not complete" if report is None else f"it was given up: {report['abandoned']}"
        raise _wrong(path, f"a complete evaluation; {why}")
    return report


def _from_json(path: Path) -> Mapping[str, Any] | None:
    try:
        report = json.loads(path.read_text())["evaluated"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _wrong(path, f"the report.json of an evaluation; this is none ({error!r})") from error
    return None if report is None else dict(report)


def _from_folder(path: Path) -> Mapping[str, Any] | None:
    if not (path / "evaluation.json").exists():
        raise _wrong(path, "the folder of an evaluation, as ./user evaluate … run:=FOLDER makes it; this is none")
    return evaluation_report(RunRecord.load(path))


def _wrong(path: Path, allowed: str) -> ConfigurationError:
    return ConfigurationError(key="--compare", value=str(path), allowed=allowed, where="the command line")
