"""An evaluation for the terminal: one line a seed, then the figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from user_bringup.report.text_table import aligned, shown

COLUMNS = (
    ("seed", "seed"),
    ("outcome", "outcome"),
    ("steps", "steps"),
    ("return", "episode_return"),
    ("time to success s", "time_to_success_s"),
    ("interventions", "interventions"),
    ("stage", "stage"),
    ("ground truth", "ground_truth"),
)


def evaluation_text(report: Mapping[str, Any]) -> str:
    """Return the table and its figures.

    Args:
        report: What report.json says under `evaluated`.
    """
    header = [name for name, _ in COLUMNS]
    rows = [[shown(row[key]) for _, key in COLUMNS] for row in report["rows"]]
    return "\n".join([*aligned([header, *rows]), "", *figures(report)])


def figures(report: Mapping[str, Any]) -> list[str]:
    """Return the sentences that follow from the table."""
    rate = f"{report['success_rate']:.1%} (95 % {report['wilson_low']:.1%} to {report['wilson_high']:.1%})"
    lines = [f"success: {report['successes']} of {report['episodes']}, {rate}"]
    time = report["time_to_success_s"]
    if time["mean"] is not None:
        interval = "" if time["low"] is None else f" (95 % {time['low']:.2f} to {time['high']:.2f})"
        lines.append(f"mean time to success: {time['mean']:.2f} s of robot time{interval}")
    if report["intervention_free"] is not None:
        lines.append(f"without intervention: {report['intervention_free']:.1%} of the episodes")
    if report["success_by_stage"]:
        stages = ", ".join(f"{stage}: {share:.1%}" for stage, share in report["success_by_stage"].items())
        lines.append(f"stage reached: {stages}")
    if report["ground_truth_known"]:
        lines.append(
            f"the ground truth contradicts the reward in {report['ground_truth_disagreements']} "
            f"of {report['ground_truth_known']} episodes"
        )
    if report["abandoned"]:
        lines.append(f"given up: {report['abandoned']}")
    return lines
