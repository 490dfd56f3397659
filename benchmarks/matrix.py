"""Run every algorithm with every policy as a whole graph for two minutes, and see that the refused pairs are refused.

    ./user shell
    python -m benchmarks.matrix --folder /tmp/matrix
    python -m benchmarks.matrix --folder /tmp/matrix --algorithms sac_flow --policies flow flow_chunks

Pretraining is cut short, so that most of the two minutes is practice: this shows that each pair runs, not that it
learns. A pair ran when its robot moved by weights of the learner (one version of bc, several of the others), the
learner updated, nothing was lost, and no process died. What was run already is not run again. The exit status is 0 when
all allowed pairs ran and all others were refused before anything started.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from itertools import product
from pathlib import Path

import yaml

from benchmarks.launched_run import ROOT, launched
from user_core.errors import UserRosError
from user_learner.algorithms.registry import ALGORITHMS, policies_for
from user_policies.policies.registry import check_library

_FILES = ROOT / "src/user_bringup/config/policies"
_SHORT = """\
/**/learner_node:
  ros__parameters:
    pretraining.encoder_updates: 20
    pretraining.imitation_updates: 20
    pipeline.start_training_steps: 50
"""
_SHORT_BC = "    hyperparameters.updates: 50\n"


def main() -> int:
    """Run, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where the runs are put")
    parser.add_argument("--seconds", type=float, default=120.0, help="wall time of each run")
    parser.add_argument("--algorithms", nargs="+", default=list(ALGORITHMS.names))
    parser.add_argument("--policies", nargs="+", default=sorted(path.stem for path in _FILES.glob("*.yaml")))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    print("| algorithm | policy | verdict | steps | updates | versions used |\n|---|---|---|---|---|---|", flush=True)
    verdicts = []
    for algorithm, policy in product(options.algorithms, options.policies):
        if policy_name(policy) in policies_for(algorithm):
            row = ran(options.folder, algorithm, policy, options.seconds)
        else:
            row = refused(options.folder, algorithm, policy)
        verdicts.append(row[0])
        print(f"| {algorithm} | {policy} | {' | '.join(row)} |", flush=True)
    return 0 if set(verdicts) <= {"ran", "refused"} else 1


def policy_name(file: str) -> str:
    """Return the policy that a file of config/policies is about."""
    nodes = yaml.safe_load((_FILES / f"{file}.yaml").read_text())
    return str(nodes["/**/learner_node"]["ros__parameters"]["policy.name"])


def ran(folder: Path, algorithm: str, policy: str, seconds: float) -> tuple[str, ...]:
    """Run an allowed pair; return the verdict and figures of its report."""
    try:
        check_library(policy_name(policy))
    except UserRosError as error:
        return (str(error), "-", "-", "-")
    config = folder / f"{algorithm}.yaml"
    config.write_text(_SHORT + (_SHORT_BC if algorithm == "bc" else ""))
    words = [f"algorithm:={algorithm}", f"policy:={policy}", f"config:={config}", f"max_wall_s:={seconds}"]
    words += [f"demonstrations:={folder / f'demonstrations-{policy}'}", "demonstrations_needed:=4"]
    words += ["stop_at_success_rate:=2.0", "evaluation_episodes:=4"]
    run = folder / f"{algorithm}-{policy}"
    report = launched(run, ["peg_insertion", *words])
    steps, updates, used = report["environment_steps"], report["updates"], report["weights"]["versions_used"]
    practised = algorithm == "bc" or (steps > 0 and used > 1)
    died = "died with status" in run.with_name(f"{run.name}.log").read_text()
    right = updates > 0 and used > 0 and practised and not report["replay"]["lost"] and not died
    return ("ran" if right else "FAILED", *map(str, (steps, updates, used)))


def refused(folder: Path, algorithm: str, policy: str) -> tuple[str, ...]:
    """Try a pair that does not go together; return the verdict."""
    run = folder / f"{algorithm}-{policy}"
    words = ["./user", "launch", "peg_insertion", f"algorithm:={algorithm}", f"policy:={policy}", f"run:={run}"]
    tried = subprocess.run(words, check=False, cwd=ROOT, capture_output=True, text=True, timeout=60.0)
    said = algorithm in tried.stderr and policy_name(policy) in tried.stderr
    return ("refused" if tried.returncode == 2 and said and not run.exists() else "NOT REFUSED", "-", "-", "-")


if __name__ == "__main__":
    sys.exit(main())
