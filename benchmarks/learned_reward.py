"""Learn peg insertion by a learned reward alone, beside the same run with the pose reward.

    ./user shell
    python -m benchmarks.learned_reward --folder /tmp/learned_reward

Collects labelled pictures, trains a classifier, and runs both rewards with the same seed. Judged is by the ground truth
of the final evaluation, not by the classifier's own word. The exit status is 0 when the classifier is wrong on at most
1 % of the held-out pictures without a success, and the run by it reaches 90 % within 1.5 times the steps of the other.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from user_bringup.evaluation.run_record import RunRecord
from user_policies.reward.classifier import RewardClassifier

ROOT = Path(__file__).resolve().parents[1]
GOAL = 0.9
MOST_STEPS = 1.5
MOST_FALSE_POSITIVES = 0.01


def main() -> int:
    """Collect, train, run twice, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where everything is put; must not exist")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--episodes", type=int, default=120, help="of labelled pictures")
    options = parser.parse_args()
    data, model = options.folder / "data", options.folder / "classifier.safetensors"
    user("collect_reward_data", f"run:={data}", f"reward_episodes:={options.episodes}")
    user("train_reward", str(data), f"out:={model}")
    figures = RewardClassifier.load(model).card.figures
    by_pose = run(options.folder / "pose", options.seed, "reward:=pose")
    learned = run(options.folder / "classifier", options.seed, "reward:=classifier", f"reward_model:={model}")
    print(json.dumps({"classifier": figures, "pose": by_pose, "learned": learned}, indent=1))
    enough = figures["held_out_negatives"] >= 1000 and figures["held_out_episodes"] >= 20
    right = figures["false_positive_rate"] <= MOST_FALSE_POSITIVES
    good = learned["success_rate"] >= GOAL
    quick = learned["environment_steps"] <= MOST_STEPS * by_pose["environment_steps"]
    return 0 if enough and right and good and quick else 1


def user(*words: str) -> None:
    """Run a command of ./user; one that missed its goal is no reason to stop here."""
    subprocess.run([str(ROOT / "user"), *words], check=False, cwd=ROOT)


def run(folder: Path, seed: int, *arguments: str) -> dict[str, Any]:
    """Train in a folder; return steps, and the success rate of the final evaluation by the ground truth."""
    demonstrations = f"demonstrations:={folder}-demonstrations"  # judged by the same reward
    user("launch", "peg_insertion", f"run:={folder}", demonstrations, f"seed:={seed}", *arguments)
    report = json.loads((folder / "report.json").read_text())
    record = RunRecord.load(folder)
    evaluation = "" if record.final is None else record.final.begun.evaluation
    rows = [row for row in record.episodes.of_evaluation(evaluation) if row.outcome != "incomplete"]
    return {
        "environment_steps": report["environment_steps"],
        "wall_s": report["wall_s"],
        "episodes": len(rows),
        "success_rate": sum(row.ground_truth == "success" for row in rows) / max(len(rows), 1),
        "reward_disagreement": report["reward_disagreement"],
    }


if __name__ == "__main__":
    sys.exit(main())
