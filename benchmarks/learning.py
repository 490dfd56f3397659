"""Learn tasks from several seeds, one run after the other, and print what came of each as a table.

    ./user shell
    python -m benchmarks.learning --folder /tmp/learning --tasks charger cap_tightening --seeds 0 1 2
    python -m benchmarks.learning --folder /tmp/sac --tasks peg_insertion --every 250 -- algorithm:=sac policy:=mlp
    python -m benchmarks.learning_curves /tmp/learning /tmp/sac --picture /tmp/learning.png

Words after `--` are launch arguments of every run. A run that is there already is not run again. Judged is by the final
evaluation of each run, beside its policy as imitation left it, on the same seeds. The goal is reached at the first of
the evaluations on the way, of 20 episodes, that has its success rate; there the run ends. The exit status is 0 when the
median over the seeds reaches `--goal` in every task.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path
from typing import Any

from benchmarks.launched_run import count, interval, launched
from tests.support.params_file import write_params

_HEAD = (
    "task",
    "algorithm",
    "policy",
    "seed",
    "steps to the goal",
    "s to the goal",
    "steps",
    "wall s",
    "success",
    "95 % interval",
    "imitation alone",
)


def main() -> int:
    """Run, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where the runs are put")
    parser.add_argument("--tasks", nargs="+", default=["charger", "pick_and_place", "cap_tightening"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--goal", type=float, default=0.9)
    parser.add_argument("--every", type=int, help="training steps between evaluations; as the task's file says")
    parser.add_argument("arguments", nargs="*", help="launch arguments, after --")
    options = parser.parse_args()
    rates: dict[str, list[float]] = {task: [] for task in options.tasks}
    lines = [f"| {' | '.join(_HEAD)} |", "|" + "---|" * len(_HEAD)]
    arguments = [f"stop_at_success_rate:={options.goal}", *options.arguments]
    if options.every is not None:
        look = {"evaluation.first_at_steps": options.every, "evaluation.every_steps": options.every}
        config = write_params(options.folder / "benchmark.yaml", {"progress_node": look})
        arguments.append(f"config:={config}")
    for task in options.tasks:
        for seed in options.seeds:
            report = learned(task, seed, options.folder, arguments)
            rates[task].append((report["evaluation"] or {}).get("success_rate", 0.0))
            lines.append(row(report))
            print(lines[-1], flush=True)
    print("\n" + "\n".join(lines))
    for task, found in rates.items():
        print(f"{task}: median {100 * statistics.median(found):.0f} %")
    return 0 if all(statistics.median(found) >= options.goal for found in rates.values()) else 1


def learned(task: str, seed: int, folder: Path, arguments: list[str]) -> dict[str, Any]:
    """Return the report of a run, which is made unless it is there."""
    run = folder / f"{task}-{seed}"
    return launched(run, [task, f"demonstrations:={run}-demonstrations", f"seed:={seed}", *arguments])


def row(report: dict[str, Any]) -> str:
    """Return a line of the table."""
    found, alone, reached = report["evaluation"], report["imitation_only"], report["first_reached"]
    words = (
        *(report[name] for name in ("task", "algorithm", "policy", "seed")),
        *(("-", "-") if reached is None else (reached["environment_steps"], f"{reached['wall_s']:.0f}")),
        report["environment_steps"],
        f"{report['wall_s']:.0f}",
        count(found),
        interval(found),
        count(alone),
    )
    return f"| {' | '.join(map(str, words))} |"


if __name__ == "__main__":
    sys.exit(main())
