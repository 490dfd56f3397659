"""One training run over two network namespaces, which stand for two machines; needs root.

    ./user shell
    python -m benchmarks.two_machines --folder /tmp/two_machines --first robot

Roles robot and policy run in one namespace, role learner in the other, joined by a veth pair that is cut for ten
seconds in mid-run. The exit status is 0 when the run reached its success rate and nothing was lost.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from tests.support.kill_audit import audit
from tests.support.launched_graph import LaunchedGraph
from tests.support.middleware import NETWORK
from tests.support.network_namespaces import TwoMachines

CUT_S = 10.0
RUN_LIMIT_S = 3600.0


def main() -> int:
    """Run it and print what came of it as JSON."""
    options = _parser().parse_args()
    if obstacle := TwoMachines.obstacle():
        print(f"two_machines: {obstacle}", file=sys.stderr)
        return 2
    options.folder.mkdir(parents=True, exist_ok=True)
    recording = options.folder / "recording.jsonl"
    begun_s = time.monotonic()
    with TwoMachines("user-bench") as machines:
        graphs = {
            role: _launch(role, machines.prefix(int(role == "learner")), options)
            for role in ("robot", "policy", "learner")
        }
        robot, learner = graphs["robot"], graphs["learner"]
        order = ("robot", "policy", "learner") if options.first == "robot" else ("learner", "policy", "robot")
        with graphs[order[0]], graphs[order[1]], graphs[order[2]]:
            robot.companion("recorder", "--output", recording)
            learner.when(lambda: any(learner.run_folder.glob("checkpoints/updates-*")), 900, what="a first checkpoint")
            machines.cut(CUT_S)
            status = learner.wait_until_over(RUN_LIMIT_S)
    found = audit(run_folder=learner.run_folder, recording=recording, outbox_folders=[robot.run_folder])
    report = learner.report()
    summary = {
        "status": status,
        "wall_s": time.monotonic() - begun_s,
        "disagreements": found,
        "environment_steps": report["environment_steps"],
        "evaluation": report["evaluation"],
        "replay": report["replay"],
    }
    print(json.dumps(summary, indent=2))
    return int(status != 0 or bool(found))


def _launch(role: str, prefix: list[str], options: argparse.Namespace) -> LaunchedGraph:
    machine = "learner" if role == "learner" else "robot"
    arguments = {"role": role, "policy": options.policy, "seed": options.seed, "max_wall_s": RUN_LIMIT_S}
    return LaunchedGraph(
        "peg_insertion",
        arguments=arguments,
        folder=options.folder / machine,
        domain_id=options.domain_id,
        environment=NETWORK,
        prefix=prefix,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="for the run folders of both machines")
    parser.add_argument("--first", choices=("robot", "learner"), default="robot", help="which machine starts first")
    parser.add_argument("--seed", type=int, default=0, help="of the run")
    parser.add_argument("--policy", default="cnn", help="launch argument policy")
    parser.add_argument("--domain-id", type=int, default=78, help="ROS_DOMAIN_ID of the run")
    return parser


if __name__ == "__main__":
    sys.exit(main())
