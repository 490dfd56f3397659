"""What a person's corrections add: imitation of few demonstrations, then HG-DAgger, judged on the same fresh resets.

    ./user shell
    python -m benchmarks.hg_dagger --folder /tmp/hg --demonstrations 5 --seeds 0 1 2 --steps 9000 -- policy:=flow_chunks
    python -m benchmarks.hg_dagger --folder /tmp/cleanup --task table_cleanup --demonstrations 30 -- policy:=flow

For each seed: `algorithm:=bc` makes the base from few demonstrations; `algorithm:=hg_dagger begin_with:=` that run
practises for at most `--steps` steps while the scripted person corrects; then the newest weights, frozen, and the base,
as it was, are run on the same fresh resets. Words after `--` are launch arguments of both. What is there already is not
run again.
The exit status is 0 when each seed gains `--gain` at least.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from benchmarks.launched_run import count, interval, launched, success_rate
from tests.support.params_file import write_params

_CONFIG = {"progress_node": {"evaluation.every_steps": 0, "evaluation.final_limit_s": 7200.0}}
_HEAD = (
    "task",
    "seed",
    "base",
    "95 %",
    "after",
    "95 %",
    "take-overs",
    "corrected samples",
    "updates",
    "robot min",
    "take-overs in 100 steps, by quarter",
    "wall s",
)


def main() -> int:
    """Run, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where the runs are put")
    parser.add_argument("--task", default="pick_and_place")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--demonstrations", type=int, default=10, help="of the base")
    parser.add_argument("--steps", type=int, default=36000, help="training steps; 36000 are an hour of the robot")
    parser.add_argument("--episodes", type=int, default=200, help="fresh resets that judge base and result")
    parser.add_argument("--gain", type=float, default=0.15, help="success rate to be gained")
    parser.add_argument("arguments", nargs="*", help="launch arguments of both runs, after --")
    options = parser.parse_args()
    lines = [f"| {' | '.join(_HEAD)} |", "|" + "---|" * len(_HEAD)]
    gains = []
    for seed in options.seeds:
        report = improved(options, seed)
        lines.append(row(report))
        gains.append(success_rate(report["evaluation"]) - success_rate(report["imitation_only"]))
        print(lines[-1], flush=True)
    print("\n" + "\n".join(lines))
    return 0 if all(gain >= options.gain for gain in gains) else 1


def improved(options: argparse.Namespace, seed: int) -> dict[str, Any]:
    """Return the report of HG-DAgger from the base of this seed; both runs are made unless they are there."""
    folder: Path = options.folder
    config = write_params(folder / "benchmark.yaml", _CONFIG)
    base, after = (folder / f"{options.task}-{seed}-{name}" for name in ("base", "after"))
    shared = [
        f"seed:={seed}",
        f"demonstrations:={folder / f'{options.task}-{seed}-demonstrations'}",
        f"demonstrations_needed:={options.demonstrations}",
        f"config:={config}",
        "stop_at_success_rate:=2.0",
        "max_wall_s:=0.0",
        *options.arguments,
    ]
    launched(base, [options.task, "algorithm:=bc", "evaluation_episodes:=0", *shared])
    practice = [f"begin_with:={base}", f"max_environment_steps:={options.steps}"]
    judged = f"evaluation_episodes:={options.episodes}"
    return launched(after, [options.task, "algorithm:=hg_dagger", *practice, judged, *shared])


def row(report: dict[str, Any]) -> str:
    """Return a line of the table."""
    base, after, person = report["imitation_only"], report["evaluation"], report["corrections"]
    words = (
        report["task"],
        report["seed"],
        *(text for found in (base, after) for text in (count(found), interval(found))),
        person.get("take_overs", 0),
        person.get("corrected_samples", 0),
        report["updates"],
        f"{report['robot_time_s'] / 60:.0f}",
        " ".join(
            "-" if rate is None else f"{rate:.2f}" for rate in person.get("take_overs_per_100_steps_by_quarter", ())
        ),
        f"{report['wall_s']:.0f}",
    )
    return f"| {' | '.join(map(str, words))} |"


if __name__ == "__main__":
    sys.exit(main())
