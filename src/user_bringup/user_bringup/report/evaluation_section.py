"""The section of the report on an evaluation: every seed, the figures, and what each failure looked like."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from user_bringup.evaluation.episode_table import EpisodeRow
from user_bringup.evaluation.evaluation_report import newest_evaluation
from user_bringup.evaluation.run_record import RunRecord
from user_bringup.report.episode_files import EpisodeFiles
from user_bringup.report.evaluation_text import COLUMNS, figures
from user_bringup.report.text_table import shown


def failures(record: RunRecord) -> list[EpisodeRow]:
    """Return the episodes without success of the final evaluation, or of the one that was asked for."""
    closed = newest_evaluation(record) or record.final
    if closed is None:
        return []
    decided = record.episodes.decisions(closed.begun.evaluation, closed.begun.seeds)
    return [row for row in decided.values() if not row.succeeded]


def evaluation_cards(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the headline of the page: what a number means, and the number."""
    interval = f"{report['wilson_low']:.0%} to {report['wilson_high']:.0%}"
    cards = [(f"success, {report['successes']} of {report['episodes']} ({interval})", f"{report['success_rate']:.0%}")]
    time = report["time_to_success_s"]
    if time["mean"] is not None:
        spread = "" if time["low"] is None else f" ({time['low']:.2f} to {time['high']:.2f})"
        cards.append((f"mean robot time to success{spread}", f"{time['mean']:.2f} s"))
    if report["intervention_free"] is not None:
        cards.append(("episodes without intervention", f"{report['intervention_free']:.0%}"))
    if report["ground_truth_known"]:
        said = f"of {report['ground_truth_known']} episodes contradicted by the ground truth"
        cards.append((said, str(report["ground_truth_disagreements"])))
    return cards


def evaluation_section(report: Mapping[str, Any] | None, failed: Sequence[EpisodeRow], files: EpisodeFiles) -> str:
    """Return the section; "" in a run without an evaluation to speak of.

    Args:
        report: What report.json says under `evaluated`; None in a run that trained.
        failed: The failures of the evaluation.
        files: Knows which of them have a strip.
    """
    parts = []
    if report is not None:
        sentences = "".join(f"<li>{html.escape(line)}</li>" for line in figures(report))
        header = "".join(f"<th>{html.escape(name)}</th>" for name, _ in COLUMNS)
        rows = "".join(_row(row) for row in report["rows"])
        parts.append(
            f"<h2>Evaluation</h2>\n<ul>{sentences}</ul>\n"
            f'<div class="scroll list"><table><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table></div>'
        )
    if failed:
        parts.append(f"<h2>Failures, {len(failed)}</h2>\n" + _strips(failed, files))
    return "\n".join(parts)


def _row(row: Mapping[str, Any]) -> str:
    cells = "".join(f"<td>{html.escape(shown(row[key]))}</td>" for _, key in COLUMNS)
    return f'<tr data-episode="{html.escape(row["episode"])}">{cells}</tr>'


def _strips(failed: Sequence[EpisodeRow], files: EpisodeFiles) -> str:
    pictures = []
    for row in failed:
        strip = files.strip(row.episode)
        if not strip:
            continue
        said = f"seed {row.seed}: {row.outcome} after {row.length} steps"
        said += f", {row.reason}" if row.reason else ""
        said += f", the ground truth says {row.ground_truth}" if row.contradicted else ""
        caption = html.escape(said)
        pictures.append(
            f'<figure><a href="#episode={html.escape(row.episode)}">'
            f'<img loading="lazy" alt="{caption}" src="{strip}"></a>'
            f"<figcaption>{caption}</figcaption></figure>"
        )
    if not pictures:
        return '<p class="soft">no images in the bag</p>'
    missing = len(failed) - len(pictures)
    said = f'<p class="soft">{missing} without a picture</p>' if missing else ""
    return f'<div class="strips">{"".join(pictures)}</div>{said}'
