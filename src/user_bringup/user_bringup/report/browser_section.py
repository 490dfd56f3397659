"""The section of the report in which every episode is found, and looked at by clicking."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources

from user_bringup.evaluation.episode_table import EpisodeRow
from user_bringup.report.episode_files import FOLDER, EpisodeFiles


def browser_section(rows: Sequence[EpisodeRow], files: EpisodeFiles, *, problem: str) -> str:
    """Return the section; "" without episodes.

    Args:
        rows: All episodes.
        files: Knows which of them have files, and what people said of them.
        problem: Why the bag was not read to its end; "" when it was.
    """
    if not rows:
        return ""
    shown = files.shown()
    left_out = sum(row.length > 0 and row.episode not in shown for row in rows)
    note = f"{len(shown)} of {len(rows)} episodes can be looked at"
    if problem:
        note += f"; the bag was not read to its end: {problem}; ./user report reads all of it"
    elif left_out:
        note += f"; {left_out} were left out: the newest, the failed and those with interventions come first"
    package = resources.files("user_bringup.report")
    content = {
        "folder": FOLDER,
        "note": note,
        "rows": [_row(row, shown=row.episode in shown, label=files.labels.get(row.episode, "")) for row in rows],
    }
    # No text may end the script early.
    data = json.dumps(content, separators=(",", ":")).replace("</", "<\\/")
    return (
        package.joinpath("browser.html").read_text(encoding="utf-8")
        + f"<script>\nconst browserContent = {data};\n</script>\n<script>\n"
        + package.joinpath("browser.js").read_text(encoding="utf-8")
        + "</script>"
    )


def _row(row: EpisodeRow, *, shown: bool, label: str) -> dict[str, object]:
    return {
        "episode": row.episode,
        "robot": row.robot,
        "mode": row.mode,
        "seed": row.seed,
        "outcome": row.outcome,
        "reason": row.reason,
        "steps": row.length,
        "return": round(row.episode_return, 4),
        "interventions": row.interventions,
        "human": row.human_steps,
        "stage": row.stage,
        "truth": row.ground_truth,
        "disagrees": row.contradicted,
        "label": label,
        "safety": sum(row.safety.values()),
        "version": ", ".join(row.policy_versions),
        "at": row.training_steps,
        "shown": shown,
    }
