"""Writes report.json and report.html into a run folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from user_bringup.evaluation.run_record import RunRecord
from user_bringup.report.bag_scan import scan_bag
from user_bringup.report.browser_section import browser_section
from user_bringup.report.episode_choice import choose_episodes
from user_bringup.report.episode_files import EpisodeFiles
from user_bringup.report.evaluation_section import evaluation_section, failures
from user_bringup.report.film_strip import film_strip
from user_bringup.report.html import Picture, page
from user_bringup.report.plots import plots_of, render
from user_bringup.report.summary import summarise
from user_core.errors import LogError
from user_core.run import RunFolder, write_atomically


def write_figures(record: RunRecord, *, transitions: int | None = None, lost: int | None = None) -> dict[str, Any]:
    """Write report.json and return its content; quick, so that it is done while the run goes on."""
    summary = summarise(record, transitions=transitions, lost=lost)
    _write(record.folder.run / "report.json", json.dumps(summary, indent=2, allow_nan=False) + "\n")
    return summary


def write_report(record: RunRecord, *, scan_limit_s: float) -> dict[str, Any]:
    """Write report.json, then read the bag and write both again with what it shows.

    Args:
        record: What is known of the run.
        scan_limit_s: Longest time for reading the bag, seconds.

    Raises:
        LogError: When a file cannot be written.
    """
    write_figures(record)
    run = record.folder.run
    first, last = record.first_and_last_episode
    failed = failures(record)
    chosen = choose_episodes(record.episodes.episodes, first={row.episode for row in failed})
    files = EpisodeFiles(run=run, chosen=chosen)
    scan = scan_bag(RunFolder(path=run).transitions, wanted={first, last}, limit_s=scan_limit_s, visitor=files)
    files.finish()
    complete = scan.lost is not None
    summary = write_figures(record, transitions=scan.transitions if complete else None, lost=scan.lost)
    rows = {row.episode: row for row in record.episodes.episodes}
    strips = []
    for name, episode in (("First episode", first), ("Last episode", last)):
        png = film_strip(scan.episodes.get(episode, []))
        if png is not None:
            row = rows[episode]
            policy = ", ".join(row.policy_versions) or "none"
            caption = f"{name}: {row.mode}, {row.length} steps, {row.outcome}, policy {policy}"
            strips.append(Picture(png=png, caption=caption))
    learned = summary["evaluated"] is None
    plots = [Picture(png=render(plot, record)) for plot in plots_of(record)] if learned else []
    evaluated = evaluation_section(summary["evaluated"], failed, files)
    browser = browser_section(record.episodes.episodes, files, problem=scan.problem)
    _write(run / "report.html", page(summary, plots=plots, strips=strips, evaluated=evaluated, browser=browser))
    return summary


def _write(path: Path, content: str) -> None:
    try:
        write_atomically(path, content.encode())
    except OSError as error:
        raise LogError(f"{path} cannot be written ({error}); free space or change run:=") from error
