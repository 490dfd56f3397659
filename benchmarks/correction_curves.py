"""Draw how often a person corrects, and how much of practice is theirs, while a policy learns from it.

    ./user shell
    python -m benchmarks.correction_curves /tmp/hg /tmp/cleanup --picture /tmp/corrections.png

Each folder holds runs, as `benchmarks.hg_dagger` leaves them; each that was corrected is a line in both panels.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from user_bringup.evaluation.run_record import RunRecord
from user_core.types import Mode

_PARTS = 8
_PANELS = (("interventions", "take-overs in 100 steps"), ("human_steps", "steps by the person, %"))


def main() -> int:
    """Read the runs, and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, help="folders of runs")
    parser.add_argument("--picture", type=Path, required=True, help="PNG to write")
    options = parser.parse_args()
    runs = [path.parent for folder in options.folders for path in sorted(folder.glob("*-after/report.json"))]
    if not runs:
        parser.error(f"no corrected run with a report.json in {', '.join(map(str, options.folders))}")
    draw(runs).savefig(options.picture, facecolor="white")
    return 0


def draw(runs: list[Path]) -> Figure:
    """Return a figure of all runs."""
    with mpl.rc_context({"axes.spines.top": False, "axes.spines.right": False, "font.size": 9.0}):
        figure = Figure(figsize=(10.0, 3.6), dpi=120, layout="constrained")
        FigureCanvasAgg(figure)
        for axes, (counted, label) in zip(figure.subplots(1, len(_PANELS)), _PANELS, strict=True):
            for run in runs:
                _draw_run(axes, run, counted)
            axes.set(xlabel="minutes of the robot", ylabel=label, xlim=(0, None), ylim=(0, None))
            axes.grid(color="#e6e8eb", linewidth=0.6)
        axes.legend(frameon=False)
    return figure


def _draw_run(axes: Axes, run: Path, counted: str) -> None:
    """Draw what was counted in 100 steps of each part of practice, at the part's middle."""
    report = json.loads((run / "report.json").read_text())
    episodes = [row for row in RunRecord.load(run).episodes.of_mode(Mode.TRAIN) if row.length]
    steps = np.array([row.length for row in episodes])
    counts = np.array([getattr(row, counted) for row in episodes])
    ends = np.cumsum(steps)
    part = np.minimum((ends - 1) * _PARTS // ends[-1], _PARTS - 1)
    rates = [100 * counts[part == number].sum() / steps[part == number].sum() for number in range(_PARTS)]
    middles = (np.arange(_PARTS) + 0.5) / _PARTS * report["robot_time_s"] / 60
    axes.plot(
        middles, rates, marker=".", linewidth=1.4, label=f"{report['task']}, {report['policy']}, seed {report['seed']}"
    )


if __name__ == "__main__":
    sys.exit(main())
