"""Draw the success of runs over their training steps: a panel for each task, a colour for each algorithm and policy.

    ./user shell
    python -m benchmarks.learning_curves /tmp/learning /tmp/sac --picture /tmp/learning.png

Each folder holds runs, as `benchmarks.learning` leaves them. A thin line is the evaluations of one seed on the way, its
square the final evaluation with its 95 % interval, its diamond imitation alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

Report = dict[str, Any]


def main() -> int:
    """Read the reports, and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, help="folders of runs")
    parser.add_argument("--picture", type=Path, required=True, help="PNG to write")
    options = parser.parse_args()
    reports = read(options.folders)
    if not reports:
        parser.error(f"no run with a report.json in {', '.join(map(str, options.folders))}")
    draw(reports).savefig(options.picture, facecolor="white")
    return 0


def read(folders: list[Path]) -> list[Report]:
    """Return the reports of the runs in some folders that were evaluated on the way."""
    paths = sorted(path for folder in folders for path in folder.glob("*/report.json"))
    return [report for path in paths if (report := json.loads(path.read_text()))["curve"]]


def draw(reports: list[Report]) -> Figure:
    """Return a figure of all runs."""
    tasks = sorted({report["task"] for report in reports}, key=[report["task"] for report in reports].index)
    kinds = sorted({_kind(report) for report in reports})
    with mpl.rc_context({"axes.spines.top": False, "axes.spines.right": False, "font.size": 9.0}):
        figure = Figure(figsize=(6.4 * len(tasks), 3.8), dpi=120, layout="constrained")
        FigureCanvasAgg(figure)
        panels = figure.subplots(1, len(tasks), squeeze=False, sharey=True)[0]
        for axes, task in zip(panels, tasks, strict=True):
            for report in reports:
                if report["task"] == task:
                    _draw_run(axes, report, f"C{kinds.index(_kind(report))}")
            axes.set(title=task, xlabel="training steps at 10 Hz", xlim=(0, None), ylim=(-0.02, 1.02))
            axes.grid(color="#e6e8eb", linewidth=0.6)
        panels[0].set_ylabel("success rate")
        for number, kind in enumerate(kinds):
            panels[-1].plot([], [], color=f"C{number}", label=kind)
        panels[-1].legend(frameon=False, loc="lower right")
    return figure


def _kind(report: Report) -> str:
    return f"{report['algorithm']} × {report['policy']}"


def _draw_run(axes: Axes, report: Report, color: str) -> None:
    points = [(point["environment_steps"], point["success_rate"]) for point in report["curve"]]
    axes.plot(*zip(*points, strict=True), color=color, marker=".", linewidth=1.0, alpha=0.8)
    final, alone = report["evaluation"], report["imitation_only"]
    if final is not None:
        rate = final["success_rate"]
        reach = ([rate - final["wilson_low"]], [final["wilson_high"] - rate])
        axes.errorbar(
            [report["environment_steps"]], [rate], yerr=reach, color=color, marker="s", markersize=4, capsize=2
        )
    if alone is not None:
        axes.plot([0], [alone["success_rate"]], color=color, marker="D", markersize=4, clip_on=False)


if __name__ == "__main__":
    sys.exit(main())
