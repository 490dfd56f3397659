"""Run every algorithm with every policy as a whole graph for two minutes, and see that the refused pairs are refused.

    ./user shell
    python -m benchmarks.matrix --folder /tmp/matrix
    python -m benchmarks.matrix --folder /tmp/matrix --algorithms sac_flow --policies flow flow_chunks

Pretraining is cut short, and batches of a ResNet-10 are small, so that most of the two minutes is practice: this shows
that each pair runs, not that it learns. A pair ran when its robot moved by weights of the learner (one version of bc,
several of the others), the learner updated and ended well, nothing was lost, and no process died. What was run already
is not run again. What needs a library or weights that are not there is not run, and says so. The exit status is 0 when
all other allowed pairs ran, and all that are not allowed were refused before anything started.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from benchmarks.launched_run import ROOT, launched
from tests.support.params_file import write_params
from user_core.errors import ConfigurationError, UserRosError
from user_learner.algorithms.registry import ALGORITHMS, check_encoder, check_pair
from user_policies.policies.registry import check_library

_FILES = ROOT / "src/user_bringup/config/policies"
_SHORT = {
    "pretraining.encoder_updates": 20,
    "pretraining.imitation_updates": 20,
    "pipeline.start_training_steps": 50,
}
_SHORT_BC = {"hyperparameters.updates": 50}
_SMALL = {"resnet10": {"pretraining.encoder_batch_size": 8, "hyperparameters.batch_size": 8}}
"""Made for a GPU: of whole batches a CPU does none in ten seconds."""
_BUDGET_SPENT = 3


def main() -> int:
    """Run, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where the runs are put")
    parser.add_argument("--seconds", type=float, default=120.0, help="wall time of each run")
    parser.add_argument("--resnet18", type=Path, help="weights of a ResNet-18, for policy:=resnet18")
    parser.add_argument("--algorithms", nargs="+", default=list(ALGORITHMS.names))
    parser.add_argument("--policies", nargs="+", default=sorted(path.stem for path in _FILES.glob("*.yaml")))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    print("| algorithm | policy | verdict | steps | updates | versions used |\n|---|---|---|---|---|---|", flush=True)
    verdicts = []
    for algorithm, policy in product(options.algorithms, options.policies):
        row = ran(options, algorithm, policy) if is_allowed(algorithm, policy) else refused(options, algorithm, policy)
        verdicts.append(row[0])
        print(f"| {algorithm} | {policy} | {' | '.join(row)} |", flush=True)
    return 1 if {"FAILED", "NOT REFUSED"} & set(verdicts) else 0


def parameters(policy: str) -> dict[str, Any]:
    """Return what a file of config/policies gives to the learner."""
    nodes = yaml.safe_load((_FILES / f"{policy}.yaml").read_text())
    return dict(nodes["/**/learner_node"]["ros__parameters"])


def is_allowed(algorithm: str, policy: str) -> bool:
    """Tell whether the pair goes together: SAC has no demonstrations on which an encoder could be pretrained."""
    given = parameters(policy)
    name, encoder = given["policy.name"], given.get("policy.encoder", "")
    try:
        check_pair(algorithm=algorithm, policy=name)
        check_encoder(policy=name, encoder=encoder, begins_trained=algorithm != "sac")
    except ConfigurationError:
        return False
    return True


def ran(options: argparse.Namespace, algorithm: str, policy: str) -> tuple[str, ...]:
    """Run an allowed pair; return the verdict and figures of its report."""
    folder: Path = options.folder
    learner = _SHORT | (_SHORT_BC if algorithm == "bc" else {}) | _SMALL.get(policy, {})
    weights = {}
    if policy == "resnet18":
        if options.resnet18 is None:
            return ("not run: name weights with --resnet18", "-", "-", "-")
        weights = {"policy.encoder_weights": str(options.resnet18.resolve())}
    try:
        check_library(parameters(policy)["policy.name"])
    except UserRosError as error:
        return (f"not run: {error}", "-", "-", "-")
    settings = {"learner_node": learner | weights} | ({"policy_node": weights} if weights else {})
    config = write_params(folder / f"{algorithm}-{policy}.yaml", settings)
    words = [f"algorithm:={algorithm}", f"policy:={policy}", f"config:={config}", f"max_wall_s:={options.seconds}"]
    words += [f"demonstrations:={folder / f'demonstrations-{policy}'}", "demonstrations_needed:=4"]
    words += ["stop_at_success_rate:=2.0", "evaluation_episodes:=4"]
    run = folder / f"{algorithm}-{policy}"
    report = launched(run, ["peg_insertion", *words])
    steps, updates, used = report["environment_steps"], report["updates"], report["weights"]["versions_used"]
    practised = algorithm == "bc" or (steps > 0 and used > 1)
    died = "died with status" in run.with_name(f"{run.name}.log").read_text()
    ended_well = report["exit_status"] in (0, _BUDGET_SPENT)
    right = updates > 0 and used > 0 and practised and ended_well and not report["replay"]["lost"] and not died
    return ("ran" if right else "FAILED", *map(str, (steps, updates, used)))


def refused(options: argparse.Namespace, algorithm: str, policy: str) -> tuple[str, ...]:
    """Try a pair that does not go together; return the verdict."""
    run = options.folder / f"{algorithm}-{policy}"
    words = ["./user", "launch", "peg_insertion", f"algorithm:={algorithm}", f"policy:={policy}", f"run:={run}"]
    tried = subprocess.run(words, check=False, cwd=ROOT, capture_output=True, text=True, timeout=60.0)
    is_refused = tried.returncode == 2 and "is not allowed" in tried.stderr and not run.exists()
    return ("refused" if is_refused else "NOT REFUSED", "-", "-", "-")


if __name__ == "__main__":
    sys.exit(main())
