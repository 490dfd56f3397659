"""Kill every node of a training run again and again, and show that it reaches its goal and loses nothing.

    ./user shell
    python -m benchmarks.kills --seed 0 --folder /tmp/kills

SIGKILL at random moments: simulation, environment, policy, replay and learner `--kills` times each, environment with
replay and learner with policy within a second of each other, and progress once, in the middle of the final evaluation.
The exit status is 0 when the run reached its success rate and bag, outboxes and witness agree.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

from tests.support.chaos import schedule, strike_all
from tests.support.graph_processes import kill, shared_memory_files
from tests.support.kill_audit import audit, evaluation_kinds, learner_resumptions
from tests.support.launched_graph import LaunchedGraph
from tests.support.params_file import write_params

VICTIMS = ("simulation_node", "environment_node", "policy_node", "replay_node", "learner_node")
PAIRS = (("environment_node", "replay_node"), ("learner_node", "policy_node"))
RUN_LIMIT_S = 3600.0
CHECKPOINT_UPDATES = 500


def main() -> int:
    """Run the schedule and print what came of it as JSON."""
    options = _parser().parse_args()
    strikes = schedule(
        seed=options.seed, kills=dict.fromkeys(VICTIMS, options.kills), pairs=PAIRS, interval_s=options.interval_s
    )
    # The run has to outlast its schedule, so it is not asked how good it is before.
    steps = options.first_evaluation_at
    settings = {
        "progress_node": {"evaluation.first_at_steps": steps},
        "learner_node": {"checkpoint.every_updates": CHECKPOINT_UPDATES},
    }
    config = write_params(options.folder / "kills.yaml", settings)
    arguments = {
        "policy": options.policy,
        "seed": options.seed,
        "config": config,
        "max_environment_steps": 0,
        "max_wall_s": RUN_LIMIT_S,
    }
    recording = options.folder / "recording.jsonl"
    begun_s = time.monotonic()
    with LaunchedGraph(
        "peg_insertion", arguments=arguments, folder=options.folder, domain_id=options.domain_id
    ) as graph:
        graph.companion("recorder", "--output", recording)
        graph.when(lambda: any(graph.run_folder.glob("checkpoints/updates-*")), 600, what="a first checkpoint")
        log = strike_all(graph, strikes)
        graph.when(lambda: "final" in evaluation_kinds(graph.run_folder), RUN_LIMIT_S, what="the final evaluation")
        kill(graph.wait_for_node("progress_node"))
        status = graph.wait_until_over(RUN_LIMIT_S)
        left_running = graph.left_running()
    found = audit(run_folder=graph.run_folder, recording=recording)
    left_in_memory = sorted(map(str, shared_memory_files(options.domain_id)))
    report = graph.report()
    resumptions = learner_resumptions(recording, log.times_s("learner_node"))
    # One checkpoint may still be in writing when the next is due.
    learning_lost = [(before, after) for before, after in resumptions if after < before - 2 * CHECKPOINT_UPDATES]
    summary = {
        "status": status,
        "wall_s": time.monotonic() - begun_s,
        "kills": Counter(name for name, _, _ in log.kills) | Counter(progress_node=1),
        "disagreements": found,
        "left_running": left_running,
        "left_in_shared_memory": left_in_memory,
        "learner_updates_before_and_after": resumptions,
        "evaluations_begun": Counter(evaluation_kinds(graph.run_folder)),
        "environment_steps": report["environment_steps"],
        "evaluation": report["evaluation"],
        "replay": report["replay"],
    }
    print(json.dumps(summary, indent=2))
    return int(status != 0 or any((found, left_running, left_in_memory, learning_lost)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="for the run and its recording")
    parser.add_argument("--seed", type=int, default=0, help="of the schedule and of the run")
    parser.add_argument("--kills", type=int, default=4, help="how often each node is killed by itself")
    parser.add_argument("--interval-s", type=float, default=12.0, help="mean seconds between two strikes")
    parser.add_argument("--first-evaluation-at", type=int, default=3000, help="training steps before an evaluation")
    parser.add_argument("--policy", default="cnn", help="launch argument policy")
    parser.add_argument("--domain-id", type=int, default=77, help="ROS_DOMAIN_ID of the run")
    return parser


if __name__ == "__main__":
    sys.exit(main())
